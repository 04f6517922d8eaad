"""What can be read off a graph: each use of each weight, with what precedes and follows it."""

from dataclasses import dataclass, replace
from typing import Literal

from isometry.graphs.graph import Graph
from isometry.graphs.joins import Join, joins
from isometry.graphs.labels import Parts, consumers_of, parts, sources_of
from isometry.graphs.maps import Map, apart

Residual = Literal["-", "B", "S", "T"]
"""``T`` last weight of a branch before its join, ``B`` any other weight of a branch, ``S`` a
projection shortcut, ``-`` none of them."""


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a weight.

    Attributes:
        map: Which weight maps which signal, with its fans.
        before: Labels of what the signal comes from: ``"relu"``, ``"norm"``, ``"add"``,
            ``"input"`` …
        after: Labels of what takes the result, ``"output"`` included.
        residual: Its part in a residual branch.
        place: For a weight in a branch, which join of the stream it ends in; 0 outside.
        depth: How many joins that stream has; 0 outside.
    """

    map: Map
    before: tuple[str, ...]
    after: tuple[str, ...]
    residual: Residual
    place: int
    depth: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All uses of all weights, and all residual joins, in execution order."""

    graph: Graph
    uses: tuple[Use, ...]
    joins: tuple[Join, ...]

    def of(self, path: str) -> tuple[Use, ...]:
        """The uses of one parameter as a weight."""
        return tuple(use for use in self.uses if path in use.map.weights)


def read(graph: Graph) -> Reading:
    """Read a graph."""
    plain = parts(graph)
    sums = joins(plain)
    found = replace(plain, joins=frozenset(join.step for join in sums))
    uses = (use for step in found.maps for use in _uses(found, sums, step))
    return Reading(graph, tuple(uses), sums)


def _uses(found: Parts, sums: tuple[Join, ...], step: int) -> tuple[Use, ...]:
    """The uses of the weights of one call; its further results are no further uses."""
    made, node = found.maps[step], found.links.node(step)
    if made.kind == "recurrent" and node.attribute("output"):
        return ()
    use = _use(found, sums, made)
    return recurrent(found, use) if made.kind == "recurrent" else (use,)


def recurrent(found: Parts, use: Use) -> tuple[Use, ...]:
    """One use for each matrix of a recurrent layer.

    In torch's order each layer and direction has the matrix of what enters, then that of its state;
    what enters a further layer is the state of the one below.
    """
    both = found.links.node(use.map.step).attribute("bidirectional") is True
    matrices, layer = apart(found.links, use.map), 4 if both else 2
    return tuple(
        replace(
            use,
            map=matrix,
            before=use.before if position < layer and position % 2 == 0 else ("recurrent",),
            after=use.after if position >= len(matrices) - layer else ("recurrent",),
        )
        for position, matrix in enumerate(matrices)
    )


def _use(found: Parts, sums: tuple[Join, ...], made: Map) -> Use:
    residual, join = _part(sums, made.step)
    return Use(
        made,
        sources_of(found, made.signal),
        consumers_of(found, made.step),
        residual,
        join.place if join else 0,
        join.depth if join else 0,
    )


def _part(sums: tuple[Join, ...], step: int) -> tuple[Residual, Join | None]:
    """The innermost join that a weight belongs to, and how."""
    for join in sums:
        if step in join.last:
            return "T", join
        if step in join.branch:
            return "B", join
        if step == join.shortcut:
            return "S", join
    return "-", None
