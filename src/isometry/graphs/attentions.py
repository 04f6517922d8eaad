"""Attention, called or written by hand: what asks, what answers, and what is averaged."""

from collections.abc import Iterator
from dataclasses import dataclass

from isometry.graphs.labels import Parts, ahead, label
from isometry.graphs.ways import STILL, Way, behind, makers
from isometry.parameters import Part


@dataclass(frozen=True, slots=True)
class Attention:
    """One attention.

    Attributes:
        step: The step whose value is the averages.
        query: The step that asks.
        key: The step that is compared with it.
        value: The step that is averaged.
        cross: Whether keys come from another stream than queries.
    """

    step: int
    query: int
    key: int
    value: int
    cross: bool = False


def attentions(found: Parts) -> Iterator[Attention]:
    """Every attention in order of its softmax."""
    for node in found.links.graph.nodes:
        if node.family == "attention":
            yield _called(found, node.index)
        elif node.family == "softmax" and node.signal:
            yield from _written(found, node.index)


def _called(found: Parts, step: int) -> Attention:
    node = found.links.node(step)
    query, key, value = node.inputs[:3]
    return Attention(step, query, key, value, _crosses(found, query, key))


def _written(found: Parts, softmax: int) -> Iterator[Attention]:
    """Attention by hand: two signals contracted, a softmax, and a contraction with a third."""
    for averages, value in _averages(found, softmax):
        for scores in _scores(found, softmax):
            query, key = _sides(found, softmax, scores)
            yield Attention(averages, query, key, value, _crosses(found, query, key))


def _averages(found: Parts, softmax: int) -> Iterator[tuple[int, int]]:
    """The contractions that take a softmax's value, each with its other side."""
    seen: set[int] = set()
    waiting = [softmax]
    while waiting:
        at = waiting.pop()
        for follower in ahead(found, at):
            word = label(found, follower)
            if word == "attention" and follower not in seen:
                yield from ((follower, i) for i in found.links.signals(follower) if i != at)
            elif word in STILL and follower not in seen:
                waiting.append(follower)
            seen.add(follower)


def _scores(found: Parts, softmax: int) -> tuple[int, ...]:
    """The contractions of two signals that a softmax compares, behind masks, biases and caps."""
    reached: set[int] = set()
    seen: set[int] = set()
    waiting = found.links.signals(softmax)
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        region = found.regions.get(at)
        if label(found, at) == "attention":
            reached.add(at)
        elif region is not None:
            waiting.append(region.root)
        elif label(found, at) == "add":
            waiting += found.links.signals(at)
        else:
            waiting += behind(found, at, norms=False)
    return tuple(sorted(reached))


def _sides(found: Parts, softmax: int, scores: int) -> tuple[int, int]:
    """Query and key: the key's places are those along which the softmax runs."""
    first, second = found.links.signals(scores)[-2:]
    node, dim = found.links.node(scores), found.links.node(softmax).attribute("dim")
    rank = len(node.shape)
    axis = dim % rank if isinstance(dim, int) and rank else rank - 1
    if node.op == "einsum":
        left, _, result = str(node.attribute("equation")).replace(" ", "").partition("->")
        letters = left.replace("...", "").split(",")[0]
        asked = result.replace("...", "")[axis - rank :][:1] not in letters
    else:
        asked = axis == rank - 1
    return (first, second) if asked else (second, first)


def _crosses(found: Parts, query: int, key: int) -> bool:
    """Whether nothing that queries are made from is what keys are made from."""
    return _ground(found, query).isdisjoint(_ground(found, key))


def _ground(found: Parts, step: int) -> set[int]:
    """What a value is made from: back through views, norms and linear maps."""
    ground: set[int] = set()
    seen: set[int] = set()
    waiting = [step]
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        made = found.maps.get(at)
        if made is not None:
            following = [] if made.signal is None or made.kind == "embedding" else [made.signal]
        else:
            following = behind(found, at)
        ground |= set() if following else {at}
        waiting += following
    return ground


def asking(found: Parts, one: Attention) -> Iterator[tuple[Part, dict[int, Way]]]:
    """The three parts of an attention, each with the maps that make it and the ways from them."""
    yield "query", makers(found, one.query)
    yield "key", makers(found, one.key)
    yield "value", makers(found, one.value)
