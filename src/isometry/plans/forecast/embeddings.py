"""Look-ups: rows of a table, chosen by indices: inputs, positions, or one number everywhere."""

import math
from dataclasses import replace

from isometry.graphs.maps import Map
from isometry.plans.forecast import layouts
from isometry.plans.forecast.signal import Layout, Letter, Signal
from isometry.plans.forecast.steps import Step
from isometry.plans.forecast.textures import SMOOTH, Array, Texture, texture_of


def looked_up(step: Step, made: Map) -> Signal | None:
    """Two places share a row as often as their indices are equal: ``p E w² + (1 - p) (E w)²``."""
    table = step.slot("weight")
    if table is None:
        return None
    chance = 1 / max(step.shape_of("weight")[0], 1)
    again, across = step.number("again", chance), step.number("across", chance)
    table, alive = _alive(step, made, table)
    table, level = _recorded(step, made, table)
    apart = table.square - level
    found = Signal(
        alive * table.mean,
        alive * table.square,
        alive**2 * (level + again * apart),
        alive**2 * (level + across * apart),
        _layout(step),
        alive=alive,
        rows=((made.weights[0], 1.0),) if len(made.weights) == 1 else (),
        texture=_texture(step, made),
    )
    return _bagged(step, found) if step.node.op == "embedding_bag" else found


def _recorded(step: Step, made: Map, table: Signal) -> tuple[Signal, float]:
    """The rows of a recorded table that are looked up, and ``E w w'`` of two of them.

    Rows that are drawn have ``(E w)²``; those of sines and cosines are alike where they are near.
    """
    rows = _rows(step, made)
    if rows is None:
        return table, table.mean**2
    count, square = len(rows), float((rows**2).mean())
    pairs = float((rows.sum(0) ** 2 - (rows**2).sum(0)).mean()) / max(count * (count - 1), 1)
    return replace(table, mean=float(rows.mean()), square=square), pairs if count > 1 else square


def _rows(step: Step, made: Map) -> Array | None:
    """The rows of a recorded table from the first to the last that is looked up."""
    values = step.tables(made.weights[0]).values if len(made.weights) == 1 else None
    if values is None:
        return None
    first, last = step.number("first", 0.0), step.number("last", math.inf)
    return values[int(first) : int(min(last, len(values))) + 1]


def _texture(step: Step, made: Map) -> Texture:
    """Of a recorded table whose rows are looked up in their order."""
    rows = _rows(step, made)
    places = step.node.shape[-2] if len(step.node.shape) > 1 else 0
    return SMOOTH if rows is None or len(rows) != places else texture_of(rows)


def _alive(step: Step, made: Map, table: Signal) -> tuple[Signal, float]:
    """A table without its row of zeros, and the share of places that do not look that row up."""
    pad, share = step.node.attribute("padding_idx"), step.node.attribute("padding")
    rows = step.shape_of("weight")[0]
    if not isinstance(pad, int) or not isinstance(share, float) or rows < 2:
        return table, 1.0
    if len(made.weights) != 1 or not step.tables(made.weights[0]).is_zero(pad % rows):
        return table, 1.0
    more = rows / (rows - 1)
    return table.times(more, more), 1 - share


def _bagged(step: Step, one: Signal) -> Signal:
    """A mean or sum of the ``k`` rows of a bag: ``c + (q - c)/k``, times ``k²`` for the sum.

    Bags in one long list hold as many rows each as the list has for each of them.
    """
    shape = step.shape_of("input")
    rows = max(math.prod(shape) / max(step.node.shape[0], 1), 1.0)
    square = one.positions + (one.square - one.positions) / rows
    across = one.positions if len(shape) == 1 else one.samples
    bag = replace(one, square=square, positions=square, samples=across, rows=())
    match step.node.attribute("mode"):
        case "sum":
            return bag.scaled(rows)
        case "max":
            return one
        case _:
            return bag


def _layout(step: Step) -> Layout:
    """Samples, positions, channels; a lone axis of indices that no input brings holds positions."""
    shape = step.node.shape
    index = step.index("input")
    alone = index is not None and len(step.shape(index)) == 1
    first: Letter = "P" if alone and step.node.attribute("across") == 1.0 else "N"
    places: list[Letter] = ["P"]
    return layouts.named([*[first, *places * (len(shape) - 2)][: len(shape) - 1], "C"], shape)
