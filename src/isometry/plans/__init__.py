"""What is intended for a whole model, and why: plans as data. Nothing here writes a weight."""

from isometry.plans.assignment import (
    Assignment,
    dtype_of,
    is_floating,
    numpy_dtype,
    stored_dtype,
)
from isometry.plans.comparison import Difference
from isometry.plans.decision import decide
from isometry.plans.forecast import Conditions, Forecast, Gradients, Layer, forecast
from isometry.plans.nearness import nearest
from isometry.plans.plan import Plan
from isometry.plans.revision import revise, situated

__all__ = [
    "Assignment",
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
    "revise",
    "situated",
    "stored_dtype",
]
