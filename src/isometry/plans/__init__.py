"""What is intended for a whole model, and why: plans as data. Nothing here writes a weight."""

from isometry.plans.assignment import (
    Assignment,
    dtype_of,
    is_floating,
    numpy_dtype,
    stored_dtype,
)
from isometry.plans.comparison import Difference
from isometry.plans.decision import Choice, decide
from isometry.plans.forecast import Conditions, Forecast, Gradients, Layer, forecast
from isometry.plans.nearness import nearest
from isometry.plans.plan import Plan
from isometry.plans.problems import refuse
from isometry.plans.revision import revise, situated

__all__ = [
    "Assignment",
    "Choice",
    "Conditions",
    "Difference",
    "Forecast",
    "Gradients",
    "Layer",
    "Plan",
    "decide",
    "dtype_of",
    "forecast",
    "is_floating",
    "nearest",
    "numpy_dtype",
    "refuse",
    "revise",
    "situated",
    "stored_dtype",
]
