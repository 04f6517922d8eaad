"""One line of the record: what a part did to one tensor at one step."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one tensor.

    Attributes:
        step: After how many steps of the optimizer; the last of them where ``times`` is above 1.
        part: The part's name.
        path: The tensor; of a unit, that of its incoming weights.
        units: Indices of the units concerned; empty where all are.
        factor: The least and the greatest of what was multiplied by; 1 where nothing was.
        difference: Greatest change of an output on the example, over the greatest output, for a
            part that says that the function stays; NaN for others.
        times: At how many steps, where one line stands for many.
    """

    step: int
    part: str
    path: str
    units: tuple[int, ...] = ()
    factor: tuple[float, float] = (1.0, 1.0)
    difference: float = math.nan
    times: int = 1

    def to_data(self) -> dict[str, Any]:
        """The line as what JSON can hold; a difference that was not measured is ``None``."""
        known = None if math.isnan(self.difference) else self.difference
        lists = {"units": [*self.units], "factor": [*self.factor]}
        return asdict(self) | lists | {"difference": known}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Change":
        """The line that :meth:`to_data` gave.

        Args:
            data: Its result, or what JSON made of it.

        Returns:
            The same line.

        >>> line = Change(3, "balance", "0.weight", (), (0.5, 2.0), 1e-7)
        >>> Change.from_data(line.to_data()) == line
        True
        """
        known, (low, high) = data["difference"], data["factor"]
        return cls(
            data["step"],
            data["part"],
            data["path"],
            tuple(data["units"]),
            (low, high),
            math.nan if known is None else known,
            data["times"],
        )
