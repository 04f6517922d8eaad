"""The start kept up while training: the parts with their options, and the record of it."""

from isometry.calibrations.upkeep.catalogue import PARTS, PartLike, chosen, part
from isometry.calibrations.upkeep.change import Change
from isometry.calibrations.upkeep.part import Part
from isometry.calibrations.upkeep.parts import (
    Balance,
    Clip,
    Gain,
    Orthogonal,
    Renew,
    Revive,
    Shrink,
    Variance,
    due,
)

__all__ = [
    "PARTS",
    "Balance",
    "Change",
    "Clip",
    "Gain",
    "Orthogonal",
    "Part",
    "PartLike",
    "Renew",
    "Revive",
    "Shrink",
    "Variance",
    "chosen",
    "due",
    "part",
]
