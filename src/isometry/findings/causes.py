"""Why a size drifts: what the weights are, beside what their activations need."""

import math
import statistics
from collections import Counter
from typing import Literal

from isometry import errors, theory
from isometry.measurements import Course, Layer, Measurement

Direction = Literal["forward", "backward"]

NEAR = 0.05
"""How far a gain may be off what is needed, as a relative number, without being the cause."""


def of_course(measurement: Measurement, course: Course, direction: Direction) -> str:
    """The cause of a drift as the rest of a sentence; a full stop where none is seen."""
    if course.kind == "stream":
        return _of_stream(measurement, course)
    inside = set(course.steps)
    layers = [one for one in measurement.layers if one.step in inside]
    if (flat := _of_flat(layers)) is not None:
        return flat
    if course.silent is not None:
        return _of_dead(measurement, layers)
    layers = layers[1:]
    feeds = Counter(feed for one in layers for feed in one.around.feeds)
    if not feeds:
        return "."
    return _of_gain(layers, feeds.most_common(1)[0][0], direction)


def _of_flat(layers: list[Layer]) -> str | None:
    """Weights that are all one number, which no comparison of sizes explains."""
    flat = [one for one in layers if one.weight.std == 0]
    if not flat:
        return None
    if all(one.weight.mean == 0 for one in flat):
        return f": the weights of {len(flat)} of {len(layers)} layers are zero."
    first = flat[0]
    return (
        f": all weights of {len(flat)} of {len(layers)} layers are one number, so that a layer "
        f"multiplies the mean of its input by {first.fan_in * first.weight.mean:.3g}."
    )


def _of_dead(measurement: Measurement, layers: list[Layer]) -> str:
    """The first layer whose units all are dead."""
    dead = {one.path for one in measurement.activations if one.units and one.dead == one.units}
    first = next((one for one in layers if one.path in dead), None)
    if first is None:
        return "."
    return (
        f": no unit after {first.path} is ever active, since what it puts out has mean "
        f"{first.values.mean:.3g} and std {first.values.std:.3g}."
    )


def _of_gain(layers: list[Layer], activation: str, direction: Direction) -> str:
    fed = [one for one in layers if one.around.feeds == (activation,)]
    gain, wanted = statistics.median(one.gain for one in fed), needed(activation, direction)
    if not gain > 0:
        return "."
    if not math.isfinite(wanted) or abs(math.log(gain / wanted)) < NEAR:
        return "."
    first = fed[0]
    std = wanted / math.sqrt(first.fan_in)
    kept = "signal" if direction == "forward" else "gradient"
    return (
        f": the weights' variance is {gain**2:.3g}/fan_in and {named(activation)} needs "
        f"{wanted**2:.3g}/fan_in for the {kept} to keep its size (std {std:.3g} instead of "
        f"{first.weight.std:.3g} at fan_in {first.fan_in:g})."
    )


def named(activation: str) -> str:
    """The activation before a weight, in a sentence."""
    return "a linear layer" if activation == "linear" else activation


def needed(activation: str, direction: Direction) -> float:
    """The gain that keeps signal or gradient; NaN for what the theory has no record of."""
    try:
        return 1.0 if activation == "linear" else theory.gain(activation, direction)
    except errors.IsometryError:
        return math.nan


def _of_stream(measurement: Measurement, course: Course) -> str:
    inside = {path.rpartition(".")[0] for path in course.paths} | set(course.paths)
    norms = Counter(
        one.around.normed for one in measurement.layers if _within(one.path, inside, measurement)
    )
    match norms.most_common(1)[0][0] if norms else "":
        case "after":
            return (
                ": each sum is normalised after it was made, so that a branch as large as the "
                "stream takes √2 from the gradient at every sum."
            )
        case "before":
            return ": the branches' outputs are not small beside the stream."
        case _:
            return ": no norm and no small factor bounds what the branches add."


def _within(path: str, inside: set[str], measurement: Measurement) -> bool:
    return any(layer.around.depth > 1 for layer in measurement.of(path)) or path in inside
