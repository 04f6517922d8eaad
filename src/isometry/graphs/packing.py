"""What each map does in its block; of a packed one, in the order of its blocks."""

from dataclasses import dataclass, field
from math import prod

from isometry.graphs.attentions import Attention, asking, attentions
from isometry.graphs.branches import Branch
from isometry.graphs.feedforward import Unit, units
from isometry.graphs.labels import Parts
from isometry.graphs.ways import Way, ends, makers, pick, picks, takers
from isometry.parameters import Part


@dataclass(slots=True)
class Packing:
    """What one map does.

    Attributes:
        ways: Each part, with the way from the map to where it serves.
        cross: Whether it serves attention to another stream.
    """

    ways: dict[Part, Way] = field(default_factory=dict)
    cross: bool = False


@dataclass(frozen=True, slots=True)
class Packed:
    """Parts in the order of their blocks, and how many outputs each has, where that is seen."""

    parts: tuple[Part, ...] = ()
    sizes: tuple[int, ...] = ()
    cross: bool = False


ORDER: tuple[Part, ...] = (
    "query", "key", "value", "attention-output", "up", "gate", "down", "head",
)  # fmt: skip
"""Parts of one block are told in this order."""


def packed(found: Parts, measured: tuple[Branch, ...]) -> dict[int, Packed]:
    """The parts of every map that has some, by its step."""
    made: dict[int, Packing] = {}
    inside = {step for one in measured for step in one.join.branch}
    for attention in attentions(found):
        _attends(found, made, attention)
    for unit in units(found, measured):
        _feeds(made, unit)
    _glu(found, made)
    for step in found.maps:
        if step not in made and step not in inside and ends(found, step):
            made[step] = Packing({"head": ()})
    return {step: _ordered(found, step, one) for step, one in made.items()}


def _attends(found: Parts, made: dict[int, Packing], attention: Attention) -> None:
    for part, ways in asking(found, attention):
        for step, way in ways.items():
            _note(made, step, part, way)
            made[step].cross |= attention.cross
    for step in takers(found, attention.step):
        _note(made, step, "attention-output")
        made[step].cross |= attention.cross


def _feeds(made: dict[int, Packing], unit: Unit) -> None:
    for step, way in unit.up.items():
        _note(made, step, "up", way)
    for step, way in unit.gate.items():
        _note(made, step, "gate", way)
    for step in unit.down:
        _note(made, step, "down")


def _glu(found: Parts, made: dict[int, Packing]) -> None:
    """A gated linear unit in one call: its first half is passed on, its second is the gate."""
    for node in found.links.graph.nodes:
        if node.op == "glu" and node.signal:
            for step in takers(found, node.index):
                _note(made, step, "down")
            for step in makers(found, found.links.signals(node.index)[0], norms=False):
                _note(made, step, "up", (node.index,))
                _note(made, step, "gate", (node.index,))


def _note(made: dict[int, Packing], step: int, part: Part, way: Way = ()) -> None:
    made.setdefault(step, Packing()).ways.setdefault(part, way)


def _ordered(found: Parts, step: int, one: Packing) -> Packed:
    ways = sorted(one.ways.items(), key=lambda item: _place(found, *item))
    parts = tuple(part for part, _ in ways)
    sizes = _sizes(found, step, [way for _, way in ways]) if len(parts) > 1 else ()
    return Packed(parts, sizes, one.cross)


def _place(found: Parts, part: Part, way: Way) -> tuple[tuple[int, ...], int]:
    return picks(found, way), ORDER.index(part)


def _sizes(found: Parts, step: int, ways: list[Way]) -> tuple[int, ...]:
    """The outputs of each block; none unless the blocks are seen to lie one after the other."""
    whole = found.links.node(step).shape
    axis = 1 if found.maps[step].kind.startswith("conv") else -1
    sizes = [_size(found, way, whole, axis, len(ways)) for way in ways]
    return tuple(sizes) if sum(sizes) == whole[axis] and min(sizes) > 0 else ()


def _size(found: Parts, way: Way, whole: tuple[int, ...], axis: int, parts: int) -> int:
    """How many outputs the first cut on a way leaves; 0 where that cannot be seen."""
    for step in way:
        node = found.links.node(step)
        length = node.shape[axis] if len(node.shape) > axis else 0
        if pick(found, step) or node.op == "glu":
            return length if length < whole[axis] else 0
        if length != whole[axis]:
            return _folded(node.shape, whole, axis, parts)
    return 0


def _folded(shape: tuple[int, ...], whole: tuple[int, ...], axis: int, parts: int) -> int:
    """The outputs of a block where a view has put the number of blocks first."""
    before = prod(whole) // whole[axis]
    places = [k for k in range(len(shape)) if prod(shape[:k]) == before]
    first = shape[places[-1]] if places and axis == -1 else 0
    return whole[axis] // parts if first == parts else 0
