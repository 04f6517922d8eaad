"""A forecast as columns of a plan's table, layer by layer, and as its summary."""

import math
from collections.abc import Iterable, Iterator, Sequence

from isometry.plans import Assignment, Forecast, Layer
from isometry.reports.table import Column
from isometry.reports.wording import number

COLUMNS = (Column("signal", "right"), Column("gradient", "right"))
"""Predicted std of what the layer puts out, and rms of the gradient there."""

CRITICAL = 0.01
"""How far from 1 a chi still counts as 1."""

NOTES = 5
"""How many notes a summary shows."""


def cells(forecast: Forecast, group: Sequence[Assignment]) -> tuple[str, str]:
    """Signal and gradient of tensors that share a row; empty for those that map nothing.

    Args:
        forecast: What was forecast.
        group: The row's tensors.

    Returns:
        Both cells.
    """
    layers = [layer for one in group for path in one.paths for layer in forecast.of(path)]
    return (
        _course(layer.std for layer in layers),
        _course(layer.gradient for layer in layers if layer.gradient is not None),
    )


def _course(values: Iterable[float]) -> str:
    """The first and the last of some numbers in depth, one where they read the same."""
    known = [f"{value:.3g}" for value in values if math.isfinite(value)]
    return "→".join(dict.fromkeys((known[0], known[-1]))) if known else ""


def summary(forecast: Forecast) -> Iterator[str]:
    """What the forecast says of the whole model, one line each."""
    layers = [layer for layer in forecast.layers if math.isfinite(layer.rms)]
    yield f"forecast of {len(layers)} of {len(forecast.layers)} layers; {_chi(forecast.chi)}"
    yield _depth(forecast)
    yield from (f"not forecast: {note}" for note in forecast.notes[:NOTES])
    if len(forecast.notes) > NOTES:
        yield f"not forecast: {len(forecast.notes) - NOTES} more"


def _chi(chi: float) -> str:
    if not math.isfinite(chi):
        return "no layer follows an activation, so there is no chi"
    if abs(chi - 1) < CRITICAL:
        return f"chi {number(chi)}: small differences between inputs keep their size, on average"
    way = "grow" if chi > 1 else "shrink"
    return f"chi {number(chi)}: small differences between inputs {way} by √chi a layer, on average"


def _depth(forecast: Forecast) -> str:
    layer = forecast.indistinguishable
    if layer is None:
        return "two inputs stay distinguishable through all layers"
    place = 1 + forecast.layers.index(layer)
    where = f"layer {place} of {len(forecast.layers)}, {layer.path}"
    return f"two inputs become indistinguishable at {where}: correlation {_close(layer)}"


def _close(layer: Layer) -> str:
    return f"{layer.correlation:.5f}"
