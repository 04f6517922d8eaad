"""How a signal's mean square goes up and down along its positions.

Most positions are alike, and one number serves them all. Where learned tokens are put beside what
an image or a text brings, they are not: a norm divides each by its own length, so that gradients
behind it differ by as much. A profile holds the mean square of every position, divided by their
mean; values whose positions are alike, or lie along several axes, have none.
"""

import re
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from isometry.graphs import Family, Node
from isometry.graphs.labels import Parts
from isometry.plans.forecast import bends, layouts, moments
from isometry.plans.forecast.signal import TINY, Layout, Signal

Profile = tuple[float, ...]
"""One number a position, of mean 1; empty where all are alike."""

Array = NDArray[np.float64]

ALIKE = 1e-6
"""A profile that is level within this is none."""


def settled(values: Array) -> Profile:
    """The profile of these mean squares."""
    level = float(values.mean())
    if level <= TINY or float(np.ptp(values)) <= ALIKE * level:
        return ()
    return tuple((values / level).tolist())


def met(first: Profile, second: Profile) -> float:
    """Mean of a product over the product of the means: more where both are large at once."""
    if not first or len(first) != len(second):
        return 1.0
    return sum(a * b for a, b in zip(first, second, strict=True)) / len(first)


def axis_of(layout: Layout) -> int | None:
    """The only axis that holds positions, and nothing else."""
    held = [i for i, axis in enumerate(layout) if any(name == "P" and n > 1 for name, n in axis)]
    if len(held) != 1 or len([n for _, n in layout[held[0]] if n > 1]) != 1:
        return None
    return held[0]


def length(layout: Layout) -> int:
    """How many positions a profile of such a value has; 0 where it has none."""
    axis = axis_of(layout)
    return 0 if axis is None else layouts.count(layout, "P")


def profiles(found: Parts, signals: Mapping[int, Signal]) -> dict[int, Profile]:
    """The profile of every value that has one, by step."""
    known: dict[int, Profile] = {}
    for node in found.links.graph.nodes:
        signal = signals.get(node.index)
        if signal is not None and node.signal and (size := length(signal.layout)):
            made = _profile(found, signals, known, node)
            if len(made) == size:
                known[node.index] = made
    return known


Known = Mapping[int, Profile]


def _profile(found: Parts, signals: Mapping[int, Signal], known: Known, node: Node) -> Profile:
    made, region = found.maps.get(node.index), found.regions.get(node.index)
    if made is not None:
        signal = known.get(made.signal, ()) if made.signal is not None else ()
        return signal if made.kind in ("linear", "matmul") else ()
    if region is not None and region.nonlinear:
        return _bent(found, signals, known, node.index)
    if node.index in found.sources.norms:
        return _normed(found, signals, known, node)
    rule = RULES.get(node.family)
    unlike = node.index in found.sources.inside
    return () if rule is None or unlike else rule(found, signals, known, node)


def lengths(levels: Profile, unit: Signal) -> Array:
    """``v + ε`` of every position over its mean: ``unit`` is ``v/(v + ε)`` of the mean of all."""
    small = max(1 / max(unit.square, TINY) - 1, SMALLEST)
    return (np.array(levels) + small) / (1 + small)


def _normed(found: Parts, signals: Mapping[int, Signal], known: Known, node: Node) -> Profile:
    """Level, but where so little is there that ``ε`` shows: a token of zeros stays one."""
    root = found.sources.norms.get(node.index, node.inputs[0])
    levels, unit = known.get(root, ()), signals[node.index]
    if not levels or node.op in ("batch_norm", "group_norm", "instance_norm"):
        return ()
    return settled(np.array(levels) / lengths(levels, unit))


SMALLEST = 1e-9
"""What norms add at least, relative to what they divide."""


def _bent(found: Parts, signals: Mapping[int, Signal], known: Known, index: int) -> Profile:
    """``E φ²`` at the variance of each position."""
    region = found.regions[index]
    before, root = known.get(region.root), signals.get(region.root)
    function = bends.function_of(found, region.root, region.steps)
    if before is None or root is None or function is None:
        return ()
    levels = {one: moments.single(function, 0.0, root.square * one)[1] for one in set(before)}
    return settled(np.array([levels[one] for one in before]))


def _joined(_: Parts, signals: Mapping[int, Signal], known: Known, node: Node) -> Profile:
    """Parts side by side, each at its own level."""
    axis, dim = axis_of(signals[node.index].layout), node.attribute("dim")
    if not isinstance(dim, int) or axis != dim % max(len(node.shape), 1):
        return ()
    parts = [signals[i] for i in node.inputs if i in signals]
    sizes = _sizes(signals, node, axis)
    if len(parts) != len(node.inputs) or sum(sizes) != node.shape[axis]:
        return ()
    ends = zip(node.inputs, parts, sizes, strict=True)
    return settled(np.concatenate([_levels(known, i, one, n) for i, one, n in ends]))


def _sizes(signals: Mapping[int, Signal], node: Node, axis: int) -> list[int]:
    """Lengths of the parts along an axis."""
    layouts_ = [signals[i].layout for i in node.inputs if i in signals]
    return [int(np.prod([n for _, n in one[axis]])) for one in layouts_ if len(one) > axis]


def _levels(known: Known, index: int, signal: Signal, size: int) -> Array:
    profile = known.get(index, ())
    return signal.square * (np.array(profile) if len(profile) == size else np.ones(size))


def _added(_: Parts, signals: Mapping[int, Signal], known: Known, node: Node) -> Profile:
    """Mean squares of independent values add up."""
    size = length(signals[node.index].layout)
    sides = [i for i in node.inputs if i in signals]
    if not any(i in known for i in sides):
        return ()
    return settled(np.sum([_levels(known, i, signals[i], size) for i in sides], axis=0))


def _kept(_: Parts, __: Mapping[int, Signal], known: Known, node: Node) -> Profile:
    """The profile of the first that has one."""
    return next((known[i] for i in node.inputs if i in known), ())


RULES: dict[Family, Callable[[Parts, Mapping[int, Signal], Known, Node], Profile]] = {
    "activation": _kept,
    "add": _added,
    "concatenation": _joined,
    "dropout": _kept,
    "mask": _kept,
    "norm": _normed,
    "scale": _kept,
    "view": _kept,
}
"""Families that keep or make a profile; norms and averages level it."""

SLICE = re.compile(r"slice\((\S+), (\S+), (\S+)\)")
"""How an index writes down a slice."""


def taken(node: Node, axis: int, size: int) -> Array | None:
    """Which positions a step picks along an axis, 1 there and 0 elsewhere; else ``None``."""
    index = _index(node, axis)
    if index is None:
        return None
    made = np.zeros(size)
    made[index] = 1.0
    return made


def _index(node: Node, axis: int) -> int | slice | None:
    match node.op:
        case "select" if node.attribute("dim") == axis:
            index = node.attribute("index")
            return index if isinstance(index, int) else None
        case "narrow" if node.attribute("dim") == axis:
            start, count = node.attribute("start"), node.attribute("length")
            if not isinstance(start, int) or not isinstance(count, int):
                return None
            return slice(start, start + count)
        case "getitem":
            whole = node.attribute("index")
            items = whole if isinstance(whole, tuple) else (whole,)
            return _read(items[axis]) if len(items) > axis else None
        case _:
            return None


def _read(item: object) -> int | slice | None:
    if isinstance(item, int) and not isinstance(item, bool):
        return item
    found = SLICE.fullmatch(item) if isinstance(item, str) else None
    if found is None:
        return None
    ends = [None if one == "None" else int(one) for one in found.groups()]
    return slice(*ends)
