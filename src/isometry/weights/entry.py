"""One line of the ledger: what was intended for a tensor, and what it holds."""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from isometry import schemes
from isometry.plans import Assignment
from isometry.schemes import Moments
from isometry.weights.sampling import ALARM, measure, sample

Status = Literal["flagged", "kept", "tied", "written"]
"""``written``; ``flagged``: written, and the measured moments contradict the stated ones; ``kept``
as it was; ``tied``: another path of a tensor that was written under its first one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done to one tensor.

    Attributes:
        path: Its address.
        shape: Its global shape.
        dtype: Its storage dtype.
        scheme: The scheme, as text; empty where the tensor was kept.
        rule: The rule that decided, as the plan names it.
        reason: Why.
        status: What became of it.
        target_mean: Mean that the scheme states.
        target_std: Std that the scheme states.
        mean: Measured mean; NaN where nothing was measured.
        std: Measured root mean square deviation from ``target_mean``.
        z_mean: Distance of the mean from its target in sampling errors.
        z_std: Distance of the std from its target in sampling errors.
        measured: How many elements were measured; 0 for none.
        ties: Other paths of the same tensor.
        note: What else is worth knowing, such as who owns a kept tensor.
    """

    path: str
    shape: tuple[int, ...]
    dtype: str
    scheme: str
    rule: str
    reason: str
    status: Status
    target_mean: float = math.nan
    target_std: float = math.nan
    mean: float = math.nan
    std: float = math.nan
    z_mean: float = 0.0
    z_std: float = 0.0
    measured: int = 0
    ties: tuple[str, ...] = ()
    note: str = ""

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def writes(self) -> int:
        """How many times its elements were written."""
        return 0 if self.status == "kept" else 1

    def tied(self, path: str) -> "Entry":
        """The entry as another of its paths sees it."""
        return self if path == self.path else replace(self, path=path, status="tied")

    def to_data(self) -> dict[str, Any]:
        """The entry as what JSON can hold; numbers that JSON has not become ``None``."""
        return {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in asdict(self).items()
        }


def written(assignment: Assignment, out: NDArray[np.generic]) -> Entry:
    """The entry of a tensor that has just been written, measured on what its memory now holds.

    Args:
        assignment: What was intended; its scheme is not ``None``.
        out: The tensor's memory, of any shape and of the dtype it is stored in. A shard will do.

    Returns:
        Status ``flagged`` where a moment is more than six sampling errors from its target.
    """
    scheme, parameter = assignment.scheme, assignment.parameter
    if scheme is None:
        return kept(assignment)
    target, draw = scheme.moments(parameter), scheme.draw(parameter)
    found = measure(sample(out.reshape(-1), draw), target)
    # A part of a tensor whose parts differ has moments of its own; the stated ones are the whole's.
    alike = out.size == parameter.size or isinstance(draw, schemes.Elementwise)
    alarm = alike and max(abs(found.z_mean), abs(found.z_std)) > ALARM
    return replace(
        _blank(assignment, "flagged" if alarm else "written", target),
        dtype=out.dtype.name,
        mean=found.mean,
        std=found.std,
        z_mean=found.z_mean,
        z_std=found.z_std,
        measured=found.count,
    )


def unmeasured(assignment: Assignment, *, note: str = "") -> Entry:
    """The entry of a tensor that was written where its values cannot be looked at."""
    scheme = assignment.scheme
    if scheme is None:
        return kept(assignment)
    return _blank(assignment, "written", scheme.moments(assignment.parameter), note)


def kept(assignment: Assignment, *, note: str = "") -> Entry:
    """The entry of a tensor that stays as it was."""
    return _blank(assignment, "kept", None, note)


def _blank(assignment: Assignment, status: Status, target: Moments | None, note: str = "") -> Entry:
    parameter = assignment.parameter
    return Entry(
        path=parameter.path,
        shape=parameter.shape,
        dtype=parameter.dtype,
        scheme="" if assignment.scheme is None else repr(assignment.scheme),
        rule=assignment.source,
        reason=assignment.reason,
        status=status,
        target_mean=math.nan if target is None else target.mean,
        target_std=math.nan if target is None else target.std,
        ties=parameter.ties,
        note=note,
    )
