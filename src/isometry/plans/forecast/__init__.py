"""The forecast: what theory says of every layer before a number is drawn.

Moments of the signal are carried along a model's graph, step by step: mean, mean square, and the
products of two positions and of two samples. ``rules`` holds the table of what each kind of step
does to them; the files it names hold one subject each. ``backward_rules`` is the table of what they
do to gradients. ``widths`` says how far one draw may be off.
"""

from isometry.plans.forecast.backward import backward
from isometry.plans.forecast.backward_prediction import Gradients
from isometry.plans.forecast.backward_state import GradientSignal
from isometry.plans.forecast.forward import forward
from isometry.plans.forecast.prediction import Forecast, Layer, forecast, moments_of
from isometry.plans.forecast.signal import Signal
from isometry.plans.forecast.steps import Conditions

__all__ = [
    "Conditions",
    "Forecast",
    "GradientSignal",
    "Gradients",
    "Layer",
    "Signal",
    "backward",
    "forecast",
    "forward",
    "moments_of",
]
