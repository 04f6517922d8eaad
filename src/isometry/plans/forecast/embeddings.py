"""Look-ups: rows of a table, chosen by indices: inputs, positions, or one number everywhere."""

from isometry.graphs.maps import Map
from isometry.plans.forecast import layouts
from isometry.plans.forecast.signal import Layout, Letter, Signal
from isometry.plans.forecast.steps import Step


def looked_up(step: Step, made: Map) -> Signal | None:
    """Two places share a row as often as their indices are equal: ``p E w² + (1 - p) (E w)²``."""
    table = step.slot("weight")
    if table is None:
        return None
    chance = 1 / max(step.shape_of("weight")[0], 1)
    again, across = step.number("again", chance), step.number("across", chance)
    level, apart = table.mean**2, table.square - table.mean**2
    return Signal(
        table.mean,
        table.square,
        level + again * apart,
        level + across * apart,
        _layout(step),
        rows=((made.weights[0], 1.0),) if len(made.weights) == 1 else (),
    )


def _layout(step: Step) -> Layout:
    """Samples, positions, channels; a lone axis of indices that no input brings holds positions."""
    shape = step.node.shape
    index = step.index("input")
    alone = index is not None and len(step.shape(index)) == 1
    first: Letter = "P" if alone and step.node.attribute("across") == 1.0 else "N"
    places: list[Letter] = ["P"]
    return layouts.named([*[first, *places * (len(shape) - 2)][: len(shape) - 1], "C"], shape)
