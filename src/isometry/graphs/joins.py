"""Residual joins: sums of a stream and a branch that left it.

An addition is a join if one side reaches, through views, norms, scalings and earlier joins only,
a value that the other side depends on through at least one weight. A projection shortcut is a
side that reaches it through exactly one weight and no activation.
"""

from dataclasses import dataclass, replace

from isometry.graphs.labels import Parts, label

STILL = ("", "norm", "concatenation")
"""Labels of steps that leave a stream the same stream."""


@dataclass(frozen=True, slots=True)
class Join:
    """One residual sum.

    Attributes:
        step: The addition.
        start: The value of the stream at which the branch leaves it.
        branch: Steps of the weights in the branch.
        last: Those of them after which nothing but views, scalings and sums come before the join.
        shortcut: Step of the weight on the stream's own side, if the stream is projected.
        place: Which join of its stream this is, from 1.
        depth: How many joins the stream has.
        stream: Which of the model's streams that is, from 1.
    """

    step: int
    start: int
    branch: tuple[int, ...]
    last: tuple[int, ...]
    shortcut: int | None
    place: int = 1
    depth: int = 1
    stream: int = 1


def joins(found: Parts) -> tuple[Join, ...]:
    """All residual joins in order, numbered along their streams."""
    made: dict[int, Join] = {}
    for node in found.links.graph.nodes:
        if node.family == "add" and label(found, node.index) == "add":
            join = _join(found, made, node.index)
            if join is not None:
                made[node.index] = join
    return _numbered(found, made)


def _join(found: Parts, made: dict[int, Join], index: int) -> Join | None:
    sides = found.links.signals(index)
    for stream, branch in (sides, sides[::-1]):
        join = _with_stream(found, made, index, stream, branch)
        if join is not None:
            return join
    for stream, branch in (sides, sides[::-1]):
        join = _with_shortcut(found, made, index, stream, branch)
        if join is not None:
            return join
    return None


def _with_stream(
    found: Parts, made: dict[int, Join], index: int, stream: int, branch: int
) -> Join | None:
    for start in sorted(still(found, made, stream) & behind(found, branch), reverse=True):
        weights = between(found, start, branch)
        if weights:
            return Join(
                index,
                start,
                adopted(found, start, branch, weights),
                last(found, branch, weights),
                None,
            )
    return None


def _with_shortcut(
    found: Parts, made: dict[int, Join], index: int, stream: int, branch: int
) -> Join | None:
    ends = [i for i in still(found, made, stream) if i in found.maps]
    if len(ends) != 1 or found.maps[ends[0]].signal is None:
        return None
    before = found.maps[ends[0]].signal
    assert before is not None  # checked above
    for start in sorted(still(found, made, before) & behind(found, branch), reverse=True):
        weights = between(found, start, branch)
        if ends[0] not in weights and _is_deep(found, start, branch):
            return Join(
                index,
                start,
                adopted(found, start, branch, weights),
                last(found, branch, weights),
                ends[0],
            )
    return None


def _is_deep(found: Parts, start: int, end: int) -> bool:
    """Whether a value comes from ``start`` alone, by two weights in a row at least.

    A sum of two single maps, or of maps of different things, has no side that is the stream.
    """
    chain: dict[int, int] = {start: 0}
    for index in range(start + 1, end + 1):
        taken = [chain[i] for i in found.links.signals(index) if i in chain]
        if taken:
            chain[index] = max(taken) + (index in found.maps)
    return chain.get(end, 0) > 1 and _dominates(found, start, end)


def _dominates(found: Parts, start: int, end: int) -> bool:
    """Whether all signal that reaches ``end`` comes through ``start``."""
    seen, waiting = {start}, [end]
    while waiting:
        step = waiting.pop()
        if step not in seen:
            seen.add(step)
            waiting += found.links.signals(step)
    return min(seen) >= start


def still(found: Parts, made: dict[int, Join], index: int) -> set[int]:
    """The values that are the same stream as ``index``: back through views, norms and joins."""
    reached: set[int] = set()
    waiting = [index]
    while waiting:
        step = waiting.pop()
        if step in reached:
            continue
        reached.add(step)
        if step in made:
            waiting.append(made[step].start)
        elif step in found.sources.norms:
            waiting.append(found.sources.norms[step])
        elif _passes(found, step):
            waiting += found.links.signals(step)
    return reached


def _passes(found: Parts, step: int) -> bool:
    region = found.regions.get(step)
    bends = region is not None and region.nonlinear
    part = found.sources.root[step] != step and region is None
    same = part or label(found, step) in STILL
    return same and not bends and not _picks(found, step)


def _picks(found: Parts, step: int) -> bool:
    """Whether a step takes one place along an axis: a moment of a sequence is not the sequence."""
    node = found.links.node(step)
    index = node.attribute("index")
    places = index if isinstance(index, tuple) else (index,)
    picks = any(isinstance(place, int) and not isinstance(place, bool) for place in places)
    return node.op in ("select", "unbind") or (node.op == "getitem" and picks)


def behind(found: Parts, index: int) -> set[int]:
    """All steps that carry signal to a step through at least one weight."""
    reached: tuple[set[int], set[int]] = (set(), set())
    waiting = [(index, False)]
    while waiting:
        step, mapped = waiting.pop()
        if step not in reached[mapped]:
            reached[mapped].add(step)
            mapped = mapped or step in found.maps
            waiting += [(i, mapped) for i in found.links.signals(step)]
    return reached[True]


def between(found: Parts, start: int, end: int) -> tuple[int, ...]:
    """Steps of the weights on the ways from ``start`` to ``end``; none if there is no way."""
    depends = _downstream(found, start, end)
    if end not in depends:
        return ()
    useful: set[int] = set()
    waiting = [end]
    while waiting:
        step = waiting.pop()
        if step in depends and step not in useful and step != start:
            useful.add(step)
            waiting += found.links.signals(step)
    return tuple(sorted(i for i in useful if i in found.maps))


def _downstream(found: Parts, start: int, end: int) -> set[int]:
    """The steps from ``start`` to ``end`` that depend on ``start``."""
    depends = {start}
    for index in range(start + 1, end + 1):
        if any(i in depends for i in found.links.graph.nodes[index].inputs):
            depends.add(index)
    return depends


def last(found: Parts, end: int, weights: tuple[int, ...]) -> tuple[int, ...]:
    """The weights of a branch after which nothing but views, scalings, norms and sums come."""
    reached: set[int] = set()
    waiting, ends = [end], set()
    while waiting:
        step = waiting.pop()
        if step in reached:
            continue
        reached.add(step)
        if step in weights:
            ends.add(step)
        elif step in found.sources.norms:
            waiting.append(found.sources.norms[step])
        elif _passes(found, step) or _adds(found, step):
            waiting += found.links.signals(step)
    return tuple(sorted(ends))


def _adds(found: Parts, step: int) -> bool:
    """Whether a step is zero where what it combines is: a sum, a gated value, a sum of experts."""
    return label(found, step) in ("add", "gate") or found.links.node(step).op == "sum"


def upstream(found: Parts, made: dict[int, Join], index: int) -> set[int]:
    """The same stream, and what it was before an activation after a join bent it."""
    reached: set[int] = set()
    waiting = [index]
    while waiting:
        step = waiting.pop()
        fresh = still(found, made, step) - reached
        reached |= fresh
        waiting += [found.regions[i].root for i in fresh if i in found.regions]
    return reached


def adopted(found: Parts, start: int, end: int, weights: tuple[int, ...]) -> tuple[int, ...]:
    """Weights of the branch, with those that feed it from outside its stream.

    Keys and values of cross-attention belong to the branch if nothing else takes what they map.
    """
    inside = _downstream(found, start, end)
    reached: set[int] = set()
    extra: set[int] = set()
    waiting = [end]
    while waiting:
        step = waiting.pop()
        if step in reached or step == start:
            continue
        reached.add(step)
        if step not in inside and step in found.maps:
            extra |= {step} if found.maps[step].kind != "embedding" else set()
        elif step in inside or not found.maps.keys() & {step}:
            waiting += [
                i for i in found.links.signals(step) if i in inside or _serves(found, i, reached)
            ]
    return tuple(sorted({*weights, *extra}))


def _serves(found: Parts, step: int, reached: set[int]) -> bool:
    """Whether the value of a step goes to steps already reached only."""
    takers = [f for f in found.links.followers[step] if found.links.node(f).signal]
    return not found.links.is_output(step) and all(f in reached for f in takers)


def _numbered(found: Parts, made: dict[int, Join]) -> tuple[Join, ...]:
    stream: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    for index, join in made.items():
        earlier = [i for i in upstream(found, made, join.start) if i in stream]
        stream[index] = stream[max(earlier)] if earlier else index
        members.setdefault(stream[index], []).append(index)
    return tuple(
        replace(
            join,
            place=members[stream[index]].index(index) + 1,
            depth=len(members[stream[index]]),
            stream=[*members].index(stream[index]) + 1,
        )
        for index, join in made.items()
    )
