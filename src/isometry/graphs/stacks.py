"""Plain stacks: weights one after the other, with nothing but activations between them.

Weight ``b`` follows weight ``a`` where all that reaches ``b`` is an elementwise function of what
``a`` makes, pooled and viewed at most, and where nothing else takes what ``a`` makes. A norm, a
sum, a gate, attention or a second reader ends a stack.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from isometry.graphs.labels import Parts, consumers_of, label, origins

KINDS = ("conv", "conv_transpose", "linear", "matmul")
"""Maps that a stack is made of."""

BREAKS = ("add", "attention", "gate", "join", "norm", "output")
"""What takes a value away from a stack."""


@dataclass(frozen=True, slots=True)
class Stack:
    """One plain stack.

    Attributes:
        steps: The steps of its weights, in order; two at least.
        activations: Names of the activations between them, ``""`` where there is none; one fewer.
    """

    steps: tuple[int, ...]
    activations: tuple[str, ...]


def stacks(found: Parts) -> tuple[Stack, ...]:
    """All plain stacks of a graph, in the order of their first weights."""
    behind = dict(_links(found))
    readers = Counter(before for before, _ in behind.values())
    follows = {
        step: link
        for step, link in behind.items()
        if readers[link[0]] == 1 and not _leaves(found, link[0])
    }
    inner = {before for before, _ in follows.values()}
    ends = [step for step in follows if step not in inner]
    return tuple(sorted((_stack(follows, end) for end in ends), key=lambda one: one.steps))


def _stack(follows: dict[int, tuple[int, str]], end: int) -> Stack:
    steps, activations = [end], []
    while steps[-1] in follows:
        before, activation = follows[steps[-1]]
        steps.append(before)
        activations.append(activation)
    return Stack(tuple(reversed(steps)), tuple(reversed(activations)))


def _links(found: Parts) -> Iterator[tuple[int, tuple[int, str]]]:
    """Each weight with the one before it and the activation between."""
    for step, made in found.maps.items():
        if made.kind in KINDS and made.signal is not None:
            link = _before(found, made.signal)
            if link is not None:
                yield step, link


def _before(found: Parts, signal: int, activation: str = "") -> tuple[int, str] | None:
    """The weight that a signal comes from, through one activation at most."""
    behind = origins(found, signal)
    if len(behind) != 1:
        return None
    step = behind[0]
    if step in found.maps:
        return (step, activation) if found.maps[step].kind in KINDS else None
    region = found.regions.get(step)
    if region is not None and region.nonlinear:
        return None if activation else _before(found, region.root, region.name)
    if label(found, step) == "pooling":
        signals = found.links.signals(step)
        return _before(found, signals[0], activation) if len(signals) == 1 else None
    return None


def _leaves(found: Parts, step: int) -> bool:
    """Whether what a weight makes, or its activation, goes anywhere but along the stack."""
    words, seen, waiting = set[str](), set[int](), [step]
    while waiting:
        index = waiting.pop()
        if index in seen:
            continue
        seen.add(index)
        words |= set(consumers_of(found, index))
        root = found.sources.root
        waiting += [one.exit for one in found.leaving.get(root[index], ()) if one.nonlinear]
    return not words.isdisjoint(BREAKS)
