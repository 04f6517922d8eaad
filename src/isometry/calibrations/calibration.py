"""The record of a calibration: every parameter with what was done to it, and what it cost."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from isometry import errors
from isometry.calibrations.adjustment import Adjustment
from isometry.calibrations.methods import Method

Ending = Literal["done", "early", "interrupted", "unchanged"]
"""How it ended: all steps ``done``; ``early``, as nothing improved any more; ``interrupted`` by the
user, with the best state so far; ``unchanged``, since no state was better than the start."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a calibration did to a model.

    Attributes:
        method: The method with its options.
        adjustments: One for every parameter, in the model's order.
        forwards: How many times the model ran forward on the batch, or on a part of it.
        backwards: How many times it ran backward.
        seconds: How long it took.
        steps: Steps of an iterative method; 0 for one that needs none.
        before: Objective of an iterative method at the start; NaN where it has none.
        after: The same at the state that the model was left in.
        ended: How it ended.
        notes: What else is worth knowing.
    """

    method: Method
    adjustments: tuple[Adjustment, ...]
    forwards: int
    backwards: int = 0
    seconds: float = math.nan
    steps: int = 0
    before: float = math.nan
    after: float = math.nan
    ended: Ending = "done"
    notes: tuple[str, ...] = ()

    def __getitem__(self, path: str) -> Adjustment:
        """What was done to the parameter at ``path``.

        Args:
            path: Its address.

        Returns:
            The line.

        Raises:
            UnknownNameError: The record has no such parameter.
        """
        for one in self.adjustments:
            if one.path == path:
                return one
        raise errors.UnknownNameError(
            "the record has no such parameter",
            needed=f"one of its {len(self)} paths",
            do="look at [one.path for one in calibration]",
            path=path,
        )

    def __iter__(self) -> Iterator[Adjustment]:
        return iter(self.adjustments)

    def __len__(self) -> int:
        return len(self.adjustments)

    def __str__(self) -> str:
        return f"{self.method.name}: {self.summary}"

    @property
    def changed(self) -> tuple[Adjustment, ...]:
        """The parameters that were changed."""
        return tuple(one for one in self.adjustments if one.status != "kept")

    @property
    def kept(self) -> Mapping[str, str]:
        """The parameters that were not, each with the reason."""
        return {one.path: one.reason for one in self.adjustments if one.status == "kept"}

    @property
    def summary(self) -> str:
        """What was done and what it cost, in one line."""
        passes = f"{self.forwards} forward" + f" and {self.backwards} backward" * bool(
            self.backwards
        )
        words = f"{len(self.changed)} of {len(self)} parameters changed, {passes} passes"
        if not self.steps:
            return f"{words}, {self.seconds:.2f} s"
        course = f"objective {self.before:.4g} → {self.after:.4g} in {self.steps} steps"
        return f"{words}, {course} ({self.ended}), {self.seconds:.2f} s"

    def to_data(self) -> dict[str, Any]:
        """The record as what JSON can hold, of schema 1."""
        numbers = {
            key: value if math.isfinite(value) else None
            for key in ("forwards", "backwards", "seconds", "steps", "before", "after")
            for value in (getattr(self, key),)
        }
        return {
            "schema": 1,
            "method": self.method.name,
            "options": self.method.options(),
            **numbers,
            "ended": self.ended,
            "notes": list(self.notes),
            "adjustments": [one.to_data() for one in self.adjustments],
        }

    def to_json(self) -> str:
        """The record as JSON of schema 1."""
        return json.dumps(self.to_data(), indent=1, allow_nan=False)
