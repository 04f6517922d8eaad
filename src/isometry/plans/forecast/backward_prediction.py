"""What the backward forecast says of each use of a weight, with how far one draw may be off."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from isometry.graphs import Graph, Use
from isometry.plans.forecast import backward_widths
from isometry.plans.forecast.backward_state import GradientSignal
from isometry.plans.forecast.signal import Layout, Signal


@dataclass(frozen=True, slots=True)
class Gradients:
    """Root mean squares of the gradients at one use of a weight, for a unit-variance cotangent.

    Attributes:
        output: Of the gradient with respect to the map's output, the preactivation.
        weight: Of the gradient with respect to the weight itself, all its uses together.
        low: Lower end of the band that the weight's gradient of one draw falls into.
        high: Upper end.
        output_low: Lower end of the band of the output's.
        output_high: Upper end.
    """

    output: float
    weight: float
    low: float
    high: float
    output_low: float
    output_high: float


Place = tuple[int, str]
"""The step of a use, and its weight's path: a recurrence uses several in one step."""


def gradients_of(
    graph: Graph,
    uses: Iterable[Use],
    signals: Mapping[int, Signal],
    known: Mapping[int, GradientSignal],
) -> dict[Place, Gradients]:
    """The gradients at every use of a weight that one reaches."""
    at = {node.path: node.index for node in graph.nodes if node.family == "parameter"}
    found: dict[Place, Gradients] = {}
    for use in uses:
        path = use.map.weights[0] if use.map.weights else ""
        weight = at.get(path)
        if weight is not None and weight in known and use.map.step in known:
            before = signals.get(use.map.signal) if use.map.signal is not None else None
            ends = known[use.map.step], known[weight]
            found[use.map.step, path] = _gradients(ends, signals[use.map.step].layout, before)
    return found


def _gradients(
    ends: tuple[GradientSignal, GradientSignal], layout: Layout, before: Signal | None
) -> Gradients:
    """Both sides with their bands."""
    output, weight = ends
    made, rms = (math.sqrt(max(one.square, 0.0)) for one in ends)
    drawn = backward_widths.of_weight(replace(output, depth=weight.depth), layout, before)
    own = backward_widths.band(made, backward_widths.total(output, layout))
    return Gradients(made, rms, *backward_widths.band(rms, drawn), *own)
