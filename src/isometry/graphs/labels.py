"""What a step is to a reader: one word a step, after composites have been put together."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from isometry.graphs.graph import Graph
from isometry.graphs.links import Links, linked
from isometry.graphs.maps import Map, maps
from isometry.graphs.regions import Region, regions
from isometry.graphs.sources import Sources, sources

THROUGH = ("view", "dropout", "mask", "write")
"""Families that pass a signal on; a reader looks through them."""


FRACTIONS = ("float", "bfloat", "complex")
"""Dtypes of numbers that are no index start with one of these."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A graph with all that was recognised in it.

    Attributes:
        links: The graph, in both directions.
        sources: Roots and hand-written norms.
        regions: Values that leave elementwise regions, by step.
        maps: Linear maps by parameters, by step.
        rotations: Sums of one signal with itself, moved and scaled.
        leaving: Values that leave elementwise regions, by the region's root.
        joins: Residual sums, once they are known.
    """

    links: Links
    sources: Sources
    regions: dict[int, Region]
    maps: dict[int, Map]
    leaving: dict[int, list[Region]]
    rotations: frozenset[int] = frozenset()
    joins: frozenset[int] = frozenset()


def parts(graph: Graph) -> Parts:
    """Recognise maps, norms and elementwise regions."""
    links = linked(graph)
    found = sources(links)
    leaving: dict[int, list[Region]] = {}
    for region in (bounded := regions(links, found)).values():
        leaving.setdefault(region.root, []).append(region)
    plain = Parts(links, found, bounded, maps(links), leaving)
    return replace(plain, rotations=frozenset(rotations(plain)))


def rotations(found: Parts) -> Iterator[int]:
    """Sums of one signal with itself, moved and scaled: rotary embeddings join nothing."""
    for node in found.links.graph.nodes:
        if node.family == "add" and label(found, node.index) == "add":
            ends = [origins(found, i) for i in found.links.signals(node.index)]
            if all(end == ends[0] and len(end) == 1 for end in ends):
                yield node.index


def label(found: Parts, index: int) -> str:
    """What a step is, in one word; the activation's name for an activation.

    Steps that a reader looks through have an empty label.
    """
    region = found.regions.get(index)
    if region is not None:
        return region.name if region.nonlinear else ""
    if index in found.maps:
        return found.maps[index].kind
    if index in found.sources.norms:
        return "norm"
    return (
        _sum_label(found, index)
        if found.links.node(index).family == "add"
        else _word(found.links, index)
    )


def _word(links: Links, index: int) -> str:
    """What a step is by its own call, whatever is around it."""
    node = links.node(index)
    match node.family:
        case "view" | "dropout" | "mask" | "write":
            return ""
        case "scale":
            return "gate" if len(links.signals(index)) > 1 else ""
        case "contraction":
            return "attention" if len(links.signals(index)) > 1 else "contraction"
        case "softmax" | "attention" | "norm" | "pooling" | "reduction" | "input" | "gate":
            return node.family
        case "concatenation":
            return "concatenation"
        case "weight":
            return "contraction"  # by a weight that is itself a signal
        case _:
            return node.op


def _sum_label(found: Parts, index: int) -> str:
    if index in found.joins:
        return "join"
    return "" if index in found.rotations or len(found.links.signals(index)) < 2 else "add"


def sources_of(found: Parts, index: int | None) -> tuple[str, ...]:
    """Labels of what a value comes from, views and scalings looked through, sorted."""
    if index is None or not found.links.node(index).signal:
        return (_still(found, index),)
    return tuple(
        sorted({label(found, i) or found.links.node(i).family for i in origins(found, index)})
    )


def _still(found: Parts, index: int | None) -> str:
    """What a value without signal is: whole numbers, something learned, or fixed numbers."""
    if index is None or not found.links.node(index).dtype.startswith(FRACTIONS):
        return "index"
    return "parameter" if found.links.learned[index] else "constant"


def origins(found: Parts, index: int) -> tuple[int, ...]:
    """The steps that a value comes from, views, scalings and concatenations looked through."""
    reached: dict[int, None] = {}
    seen: set[int] = set()
    waiting = [index]
    while waiting:
        step = waiting.pop()
        if step in seen:
            continue
        seen.add(step)
        following = _behind(found, step)
        reached |= {} if following else {step: None}
        waiting += following
    return tuple(sorted(reached))


def _behind(found: Parts, step: int) -> list[int]:
    """The steps to go on with when looking back through ``step``; none where it is an origin."""
    region = found.regions.get(step)
    if region is not None:
        return [] if region.nonlinear else [region.root]
    inside = found.sources.root[step]
    if inside != step and step not in found.sources.inside:
        return [inside]
    transparent = not label(found, step) or label(found, step) == "concatenation"
    return found.links.signals(step) if transparent else []


def consumers_of(found: Parts, index: int) -> tuple[str, ...]:
    """Labels of what takes a value, views and scalings looked through, sorted, with outputs."""
    labels: set[str] = set()
    seen: set[int] = set()
    waiting = siblings(found, index)
    while waiting:
        step = waiting.pop()
        if step in seen:
            continue
        seen.add(step)
        labels |= {"output"} if found.links.is_output(step) else set()
        for follower in ahead(found, step):
            word = label(found, follower)
            if word and word != "concatenation":
                labels.add(word)
            else:
                waiting.append(follower)
    return tuple(sorted(labels))


def siblings(found: Parts, index: int) -> list[int]:
    """The steps that stand for the several results of one call; the first is the call's own."""
    nodes = found.links.graph.nodes
    node, group = nodes[index], [index]
    for other in nodes[index + 1 :]:
        if (other.op, other.inputs) != (node.op, node.inputs) or not other.attribute("output"):
            return group
        group.append(other.index)
    return group


def ahead(found: Parts, step: int) -> list[int]:
    """The steps that take a value, regions and hand-written norms taken as one step."""
    root = found.sources.root
    ahead: dict[int, None] = {}
    for follower in found.links.followers[step]:
        if not found.links.node(follower).signal and not found.links.is_output(follower):
            continue
        if follower in found.sources.inside:
            ahead[found.sources.inside[follower]] = None
        elif root[follower] == root[step] and root[follower] != follower:
            ahead |= dict.fromkeys(
                region.exit
                for region in found.leaving.get(root[step], ())
                if _leads(region, step, follower)
            )
        else:
            ahead[follower] = None
    return list(ahead)


def _leads(region: Region, step: int, follower: int) -> bool:
    return follower in region.steps and (step == region.root or step in region.steps)
