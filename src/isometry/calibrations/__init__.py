"""Weights improved by data: the methods with their options and formulas, and what they record."""

from isometry.calibrations.adjustment import Adjustment, Status
from isometry.calibrations.calibration import Calibration, Ending
from isometry.calibrations.catalogue import METHODS, MethodLike, method, names
from isometry.calibrations.descents import Descent
from isometry.calibrations.factors import Moments, correction, merged
from isometry.calibrations.methods import LSUV, GradInit, Jacobian, Krahenbuhl, MetaInit, Method

__all__ = [
    "LSUV",
    "METHODS",
    "Adjustment",
    "Calibration",
    "Descent",
    "Ending",
    "GradInit",
    "Jacobian",
    "Krahenbuhl",
    "MetaInit",
    "Method",
    "MethodLike",
    "Moments",
    "Status",
    "correction",
    "merged",
    "method",
    "names",
]
