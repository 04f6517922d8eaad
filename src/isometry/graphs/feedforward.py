"""Feed-forward units: gated ones, and two maps with an activation between."""

from collections.abc import Iterator
from dataclasses import dataclass

from isometry.graphs.branches import Branch
from isometry.graphs.labels import Parts, label, origins
from isometry.graphs.ways import Way, bent, makers, takers


@dataclass(frozen=True, slots=True)
class Unit:
    """One feed-forward unit; a plain one has no gate.

    Attributes:
        up: Maps that make what is passed on, with the ways from them.
        gate: Maps that make what an activation bends.
        down: Maps that take the result.
    """

    up: dict[int, Way]
    gate: dict[int, Way]
    down: tuple[int, ...]


def units(found: Parts, measured: tuple[Branch, ...]) -> Iterator[Unit]:
    """Every feed-forward unit, gated ones first."""
    for node in found.links.graph.nodes:
        if node.signal and label(found, node.index) == "gate" and node.op != "glu":
            yield from _gated(found, node.index)
    for one in measured:
        for last in one.join.last:
            yield from _plain(found, one, last)


def _gated(found: Parts, step: int) -> Iterator[Unit]:
    """The unit that a product ends, where one side of it is bent and both read the same."""
    sides = found.links.signals(step)
    if len(sides) != 2:
        return
    roots = [bent(found, side) for side in sides]
    for side, root in ((sides[0], roots[1]), (sides[1], roots[0])):
        if root is None:
            continue
        up, gate = makers(found, side, norms=False), makers(found, root, norms=False)
        if up and gate and _reads(found, up) == _reads(found, gate):
            yield Unit(up, gate, tuple(takers(found, step)))


def _reads(found: Parts, makers_of: dict[int, Way]) -> set[int]:
    """What maps read, views and scalings looked through."""
    signals = [found.maps[step].signal for step in makers_of]
    return {i for signal in signals if signal is not None for i in origins(found, signal)}


def _plain(found: Parts, one: Branch, last: int) -> Iterator[Unit]:
    """The unit that ends with the last map of a branch, if one map and one activation precede."""
    signal = found.maps[last].signal
    root = None if signal is None else bent(found, signal)
    up = {} if root is None else makers(found, root, norms=False)
    if len(up) == 1 and [one.levels.get(step) for step in up] == [1]:
        yield Unit(up, {}, (last,))
