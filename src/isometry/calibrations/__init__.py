"""Weights improved by data, before training and during it: the methods, and what they record."""

from isometry.calibrations.adjustment import Adjustment, Status
from isometry.calibrations.calibration import Calibration, Ending
from isometry.calibrations.catalogue import METHODS, MethodLike, method, names
from isometry.calibrations.descents import Descent
from isometry.calibrations.factors import Moments, correction, merged
from isometry.calibrations.methods import LSUV, GradInit, Jacobian, Krahenbuhl, MetaInit, Method
from isometry.calibrations.upkeep import (
    PARTS,
    Balance,
    Change,
    Clip,
    Gain,
    Orthogonal,
    Part,
    PartLike,
    Renew,
    Revive,
    Shrink,
    Variance,
    part,
)

__all__ = [
    "LSUV",
    "METHODS",
    "PARTS",
    "Adjustment",
    "Balance",
    "Calibration",
    "Change",
    "Clip",
    "Descent",
    "Ending",
    "Gain",
    "GradInit",
    "Jacobian",
    "Krahenbuhl",
    "MetaInit",
    "Method",
    "MethodLike",
    "Moments",
    "Orthogonal",
    "Part",
    "PartLike",
    "Renew",
    "Revive",
    "Shrink",
    "Status",
    "Variance",
    "correction",
    "merged",
    "method",
    "names",
    "part",
]
