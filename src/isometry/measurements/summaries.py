"""Eight numbers that say how a training step went, and the names that loggers see."""

import math
from collections.abc import Iterable
from statistics import median

from isometry.measurements.captures import Capture
from isometry.measurements.courses import trend

SUMMARY = "isometry/summary/"
LAYERS = "isometry/layers/"
PER_LAYER = ("act_std", "delta_norm", "grad_ratio", "dead_frac", "update_log10")


def summary(capture: Capture) -> dict[str, float]:
    """The eight numbers; NaN where nothing was seen.

    ``act_slope`` and ``delta_slope`` are decades a layer of the size of signal and gradient, from
    input to output. ``chi`` is the factor on the gradient's mean square from a layer to the one
    before, ``10^(-2 delta_slope)``. ``dead_frac`` counts units, ``sat_frac`` is a mean over layers,
    ``update_log10`` and ``grad_log10`` are medians over layers of ``log10`` of update and gradient
    over weight.

    >>> from isometry.measurements import LayerCapture
    >>> rows = tuple(LayerCapture(str(i), act_std=10.0**-i, delta_norm=1.0) for i in range(4))
    >>> found = summary(Capture(0, 2.3, rows))
    >>> round(found["act_slope"], 6), found["chi"], found["loss"]
    (-1.0, 1.0, 2.3)
    """
    layers = capture.layers
    delta = slope(one.delta_norm for one in layers)
    units = sum(one.units for one in layers)
    return {
        "act_slope": slope(one.act_std for one in layers),
        "delta_slope": delta,
        "chi": 10.0 ** (-2 * delta),
        "dead_frac": sum(one.dead for one in layers) / units if units else math.nan,
        "sat_frac": _mean(one.saturated for one in layers),
        "update_log10": middle(one.update_log10 for one in layers),
        "grad_log10": middle(_log10(one.grad_ratio) for one in layers),
        "loss": capture.loss,
    }


def metrics(capture: Capture, *, layers: bool = False) -> dict[str, float]:
    """What a logger is told: the known ones of the eight numbers, and those of each layer.

    >>> metrics(Capture(0, 2.0, ()))
    {'isometry/summary/loss': 2.0}
    """
    named = {SUMMARY + name: value for name, value in summary(capture).items()}
    for one in capture.layers if layers else ():
        named |= {f"{LAYERS}{name}/{one.path}": getattr(one, name) for name in PER_LAYER}
    return {name: value for name, value in named.items() if not math.isnan(value)}


def slope(sizes: Iterable[float]) -> float:
    """Decades a layer; NaN for fewer than two known sizes."""
    known = tuple(size for size in sizes if math.isfinite(size))
    return trend(known).slope if len(known) > 1 else math.nan


def middle(values: Iterable[float]) -> float:
    """The median of the known values."""
    known = [value for value in values if not math.isnan(value)]
    return median(known) if known else math.nan


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _log10(ratio: float) -> float:
    return math.log10(ratio) if ratio > 0 else math.nan
