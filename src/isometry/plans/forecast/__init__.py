"""The forecast: what theory says of every layer before a number is drawn."""

from isometry.plans.forecast.forward import forward
from isometry.plans.forecast.signal import Signal

__all__ = ["Signal", "forward"]
