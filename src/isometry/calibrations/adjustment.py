"""One line of the record: what a calibration did to one tensor, and why."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["kept", "scaled", "shifted"]
"""``scaled``: multiplied; ``shifted``: something was added, and maybe multiplied before; ``kept``
as it was."""

Span = tuple[float, float]
"""The least and the greatest of several numbers, one a unit, one a block, or one a tensor."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What was done to one tensor.

    Attributes:
        path: Its address.
        status: What became of it.
        reason: Why.
        factors: What it was multiplied by; ``(1, 1)`` where it was not.
        shifts: What was added after that; ``(0, 0)`` where nothing was.
        parts: How many factors there are: 1 for the whole tensor, else one a block or unit.
        before: Std of what the layer put out, before; NaN where the method measures none.
        after: The same after.
    """

    path: str
    status: Status
    reason: str
    factors: Span = (1.0, 1.0)
    shifts: Span = (0.0, 0.0)
    parts: int = 1
    before: float = math.nan
    after: float = math.nan

    def to_data(self) -> dict[str, Any]:
        """The line as what JSON can hold; numbers that JSON has not become ``None``."""
        return {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in asdict(self).items()
        }
