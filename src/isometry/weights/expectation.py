"""The fingerprint that a plan will leave in a model, computed without the model."""

from isometry import plans
from isometry.plans import Assignment, Plan
from isometry.weights.fingerprints import MODULUS, Fingerprint, tensor_sum
from isometry.weights.streaming import stream


def expected_fingerprint(
    plan: Plan, seed: int = 0, *, dtype: str | None = None, threads: int | None = None
) -> Fingerprint:
    """The fingerprint of a model after applying a plan; kept tensors are left out.

    No tensor is ever whole in memory, so a plan and a seed can stand for a checkpoint of any size.

    Args:
        plan: What is intended.
        seed: Which weights.
        dtype: Storage dtype of floating tensors; each its own where not given.
        threads: How many threads; they do not change it.

    Returns:
        The fingerprint.

    >>> from isometry import schemes
    >>> from isometry.parameters import Parameter
    >>> from isometry.weights import fingerprint, values
    >>> fill = Assignment(Parameter("w", (4, 6)), schemes.Normal(std=0.02), "", "")
    >>> expected_fingerprint(Plan("mine", (fill,)), 7) == fingerprint([("w", values(fill, 7))])
    True
    """
    written = (one for one in plan if one.scheme is not None)
    return Fingerprint({one.parameter.path: _sum(one, seed, dtype, threads) for one in written})


def _sum(one: Assignment, seed: int, dtype: str | None, threads: int | None) -> int:
    parameter, total, start = one.parameter, 0, 0
    stored = plans.stored_dtype(parameter, dtype).name
    for piece in stream(one, seed, dtype=stored, threads=threads):
        part = range(start, start + piece.size)
        total += tensor_sum(
            parameter.path, piece, shape=parameter.shape, runs=part, threads=threads
        )
        start = part.stop
    return total % MODULUS
