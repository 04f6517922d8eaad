"""Signal and gradient, layer by layer, at a finite depth: plain stacks and residual ones."""

import math
from dataclasses import dataclass

from isometry.errors import InputError
from isometry.theory.activations import GatedUnit
from isometry.theory.expectations import moments
from isometry.theory.maps import check_variances
from isometry.theory.registry import ActivationLike, nonlinearity

SMALLEST_Q = 1e-100
LARGEST_Q = 1e100
"""Outside, the signal counts as 0 or infinite: float32 ends at 1e±38 already."""


@dataclass(frozen=True, slots=True)
class Trajectory:
    """What theory expects of every layer, in the limit of large width.

    Attributes:
        q: Second moment of the preactivation (of the residual stream) at each place, first to last.
        gradient: Mean square of the gradient there, relative to the last place, whose value is 1.
    """

    q: tuple[float, ...]
    gradient: tuple[float, ...]

    @property
    def signal_rms(self) -> float:
        """Size of the last signal relative to the first, as a ratio of root mean squares."""
        return math.sqrt(self.q[-1] / self.q[0])

    @property
    def gradient_rms(self) -> float:
        """Size of the first gradient relative to the last, as a ratio of root mean squares."""
        return math.sqrt(self.gradient[0])


def trajectory(
    spec: ActivationLike | GatedUnit,
    depth: int,
    *,
    weight_var: float,
    bias_var: float = 0.0,
    start: float = 1.0,
    cancel_mean: bool = False,
) -> Trajectory:
    """A plain stack: ``q_{l+1} = σ_w² m2(q_l) + σ_b²``, gradient factor ``σ_w² E φ'²`` per layer.

    Args:
        spec: Name, record or function.
        depth: Number of weight layers, at least 1.
        weight_var: ``σ_w²``: variance of a weight times its fan-in.
        bias_var: ``σ_b²``.
        start: Second moment of the first layer's preactivation.
        cancel_mean: Whether biases cancel the mean of ``φ``, so that ``Var φ`` replaces ``m2``.

    Returns:
        ``depth`` places: the preactivation of each layer.

    Raises:
        InputError: An argument cannot be used.

    Xavier halves the signal of a ReLU in every layer:

    >>> [round(q, 9) for q in trajectory("relu", 4, weight_var=1.0).q]
    [1.0, 0.5, 0.25, 0.125]
    """
    _check(depth, weight_var, bias_var)
    unit = nonlinearity(spec)
    q, factors = [start], []
    for _ in range(depth - 1):
        settled = _beyond(q[-1])
        at = None if settled else moments(unit, q[-1])
        passed = q[-1] if at is None else weight_var * (at.var if cancel_mean else at.m2)
        factors.append(1.0 if at is None else weight_var * at.d2)
        q.append(passed + (0.0 if settled else bias_var))
    return Trajectory(tuple(q), _accumulated(factors))


def residual_trajectory(
    spec: ActivationLike | GatedUnit,
    depth: int,
    *,
    weight_var: float,
    bias_var: float = 0.0,
    branch: float = 1.0,
    start: float = 1.0,
) -> Trajectory:
    """A residual stack ``x + a f(x)``: ``q += a² Q(q)``, gradient factor ``1 + a² χ(q)`` per block.

    Yang & Schoenholz 2017, section 3. With ``a = 1/√L`` the growth stays below ``e`` for a ReLU.

    Args:
        spec: Name, record or function.
        depth: Number ``L`` of blocks, at least 1.
        weight_var: ``σ_w²`` of the branch.
        bias_var: ``σ_b²`` of the branch.
        branch: Factor ``a`` on the branch.
        start: Second moment of the residual stream before the first block.

    Returns:
        ``depth + 1`` places: the stream before each block and after the last.

    Raises:
        InputError: An argument cannot be used.

    He's variance doubles the stream in every block:

    >>> [round(q, 9) for q in residual_trajectory("relu", 3, weight_var=2.0).q]
    [1.0, 2.0, 4.0, 8.0]
    """
    _check(depth, weight_var, bias_var)
    unit = nonlinearity(spec)
    q, factors = [start], []
    for _ in range(depth):
        at = None if _beyond(q[-1]) else moments(unit, q[-1])
        added = 0.0 if at is None else weight_var * at.m2 + bias_var
        factors.append(1.0 if at is None else 1.0 + branch**2 * weight_var * at.d2)
        q.append(q[-1] + branch**2 * added)
    return Trajectory(tuple(q), _accumulated(factors))


def _beyond(q: float) -> bool:
    return not SMALLEST_Q < q < LARGEST_Q


def _accumulated(factors: list[float]) -> tuple[float, ...]:
    """Products of the factors from each place to the end."""
    products = [1.0]
    for factor in reversed(factors):
        products.append(products[-1] * factor)
    return tuple(reversed(products))


def _check(depth: int, weight_var: float, bias_var: float) -> None:
    check_variances(weight_var, bias_var)
    if depth < 1:
        raise InputError(
            f"depth is {depth}", needed="at least 1 layer", do="pass the number of weight layers"
        )
