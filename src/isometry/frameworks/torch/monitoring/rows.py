"""The record of each weight at one step, from the numbers that came off the device."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from isometry.frameworks.torch.monitoring.numbers import Rows
from isometry.measurements import LayerCapture, idling

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
    low, high, sample = (rows[row.path, name] for name in ("low", "high", "sample"))
    return replace(
        row,
        units=len(low),
        dead=idling.dead(activation, low, high),
        saturated=idling.saturated(activation, sample),
    )


def with_probe(
    rows: Mapping[str, LayerCapture], seen: Mapping[str, LayerCapture]
) -> dict[str, LayerCapture]:
    """Records with the norms of a real step, and all else from a probe, in its order."""
    return {
        path: replace(
            seen.get(path, rows[path]),
            weight_norm=rows[path].weight_norm,
            grad_norm=rows[path].grad_norm,
            update_norm=rows[path].update_norm,
        )
        for path in dict.fromkeys([*seen, *rows])
        if path in rows
    }
