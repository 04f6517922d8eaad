"""The record of each weight at one step, from the numbers that came off the device."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from isometry.measurements import idling
from isometry.measurements.captures import LayerCapture
from isometry.measurements.observed import Array

Rows = dict[tuple[str, str], Array]
"""Numbers by path and name: ``low`` and ``high`` of each unit, a ``sample``, and sizes."""
SIZES = ("act_std", "delta_norm", "weight_norm", "grad_norm", "update_norm")


def layer_rows(
    rows: Rows, heard: Mapping[str, str], paths: Sequence[str]
) -> dict[str, LayerCapture]:
    """One record a weight, first those that were heard, in execution order.

    Args:
        rows: The numbers, by path and name.
        heard: Path of each layer that was heard ↦ the activation behind it, or nothing.
        paths: All weights.

    Returns:
        Path ↦ record.
    """
    made = {}
    for path in dict.fromkeys([*heard, *paths]):
        sizes: dict[str, Any] = {
            name: float(rows.get((path, name), [math.nan])[0]) for name in SIZES
        }
        made[path] = _idle(replace(LayerCapture(path), **sizes), heard.get(path, ""), rows)
    return made


def _idle(row: LayerCapture, activation: str, rows: Rows) -> LayerCapture:
    if not activation:
        return row
    low, high = (rows[row.path, name] for name in ("low", "high"))
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        return row  # of what is no number nobody knows whether it is alive
    sample = rows.get((row.path, "sample"))
    return replace(
        row,
        units=len(low),
        dead=idling.dead(activation, low, high),
        saturated=0.0 if sample is None else idling.saturated(activation, sample),
    )
