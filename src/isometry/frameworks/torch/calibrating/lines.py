"""What was done to each tensor, gathered part by part."""

import math
from dataclasses import dataclass, field

from isometry.calibrations import Adjustment
from isometry.calibrations.factors import Array

SCALED = "its output has the wanted size"
FOLLOWED = "it goes with its weight"


@dataclass(frozen=True, slots=True)
class Change:
    """What a rule wants of a weight: ``c·y + d`` in place of ``y``, group by group.

    Attributes:
        factors: ``c``, shape (groups,).
        shifts: ``d``, shape (groups,).
        before: Size of ``y``.
        after: Size of what takes its place.
    """

    factors: Array
    shifts: Array
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Piece:
    """The change of one part of a tensor.

    Attributes:
        factors: The least and the greatest factor.
        shifts: The least and the greatest shift.
        parts: How many there are.
        before: Size of what the part put out.
        after: Size of what it puts out.
        shifted: Whether it is a bias.
    """

    factors: tuple[float, float]
    shifts: tuple[float, float]
    parts: int
    before: float
    after: float
    shifted: bool = False

    @classmethod
    def of(cls, change: Change, *, shifted: bool = False) -> "Piece":
        """The change in short."""
        c, d = change.factors, change.shifts
        shifts = (float(d.min()), float(d.max())) if shifted else (0.0, 0.0)
        return cls(
            (float(c.min()), float(c.max())), shifts, len(c), change.before, change.after, shifted
        )


@dataclass(slots=True)
class Lines:
    """The record as it grows."""

    pieces: dict[str, list[Piece]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def keep(self, path: str, reason: str) -> None:
        """A tensor, or a part of it, stays as it is; the first reason counts."""
        self.reasons.setdefault(path, reason)

    def scale(self, path: str, piece: Piece) -> None:
        """A tensor, or a part of it, was changed."""
        self.pieces.setdefault(path, []).append(piece)

    def adjustments(self) -> dict[str, Adjustment]:
        """A line for each tensor."""
        kept = {path: Adjustment(path, "kept", why) for path, why in self.reasons.items()}
        return kept | {path: _line(path, pieces) for path, pieces in self.pieces.items()}


def _line(path: str, pieces: list[Piece]) -> Adjustment:
    low, high = (fold(each[i] for each in _factors(pieces)) for i, fold in enumerate((min, max)))
    least, most = min(one.shifts[0] for one in pieces), max(one.shifts[1] for one in pieces)
    moved = any(one.shifted for one in pieces) and (least, most) != (0.0, 0.0)
    return Adjustment(
        path,
        "shifted" if moved else "scaled",
        FOLLOWED if pieces[0].shifted else SCALED,
        factors=(low, high),
        shifts=(least, most),
        parts=sum(one.parts for one in pieces),
        before=_rms([one.before for one in pieces]),
        after=_rms([one.after for one in pieces]),
    )


def _factors(pieces: list[Piece]) -> list[tuple[float, float]]:
    return [one.factors for one in pieces]


def _rms(sizes: list[float]) -> float:
    return math.sqrt(sum(size**2 for size in sizes) / len(sizes))
