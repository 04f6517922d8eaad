"""Ways from weight to weight: which maps made a value, and which take it."""

from collections.abc import Iterator

from isometry.graphs.labels import Parts, ahead, label, siblings

Way = tuple[int, ...]
"""The steps from a map, itself left out, to a value, in order."""

STILL = ("", "concatenation")
"""Labels of steps that a way passes."""


def makers(found: Parts, step: int, *, norms: bool = True) -> dict[int, Way]:
    """The first maps behind a value, with the way from each; views and scalings are passed.

    Args:
        found: The graph.
        step: The value.
        norms: Whether norms are passed, too.

    Returns:
        Steps of maps; none where something else made the value.
    """
    reached: dict[int, Way] = {}
    seen: set[int] = set()
    waiting: list[tuple[int, Way]] = [(step, ())]
    while waiting:
        at, way = waiting.pop()
        if at in found.maps:
            reached.setdefault(at, way)
        elif at not in seen:
            seen.add(at)
            waiting += [(i, (at, *way)) for i in behind(found, at, norms=norms)]
    return reached


def behind(found: Parts, step: int, *, norms: bool = True) -> list[int]:
    """The steps to go on with when a way is followed back; none where something makes a value."""
    region = found.regions.get(step)
    if region is not None:
        return [] if region.nonlinear else [region.root]
    if step in found.sources.norms:
        return [found.sources.norms[step]] if norms else []
    inside = found.sources.root[step]
    if inside != step and step not in found.sources.inside:
        return [inside]
    passed = label(found, step) in ((*STILL, "norm") if norms else STILL)
    return found.links.signals(step) if passed else []


def bent(found: Parts, step: int) -> int | None:
    """What an activation bent to make a value, views and scalings passed; ``None`` without one."""
    seen: set[int] = set()
    waiting, roots = [step], set()
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        region = found.regions.get(at)
        following = behind(found, at, norms=False)
        if region is not None and region.nonlinear:
            roots.add(region.root)
        elif not following:
            return None
        waiting += following
    return roots.pop() if len(roots) == 1 else None


def takers(found: Parts, step: int) -> Iterator[int]:
    """The first maps that take a value, behind views, scalings, gates and norms."""
    seen: set[int] = set()
    waiting = siblings(found, step)
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        for follower in ahead(found, at):
            if follower in found.maps:
                yield follower
            elif label(found, follower) in (*STILL, "norm", "gate"):
                waiting.append(follower)


def ends(found: Parts, step: int) -> bool:
    """Whether a map makes what the model returns: views, scalings and a softmax after, no more."""
    seen: set[int] = set()
    waiting, returned = siblings(found, step), False
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        returned = returned or found.links.is_output(at)
        following = ahead(found, at)
        if any(label(found, i) not in (*STILL, "softmax") for i in following):
            return False
        waiting += following
    return returned


def picks(found: Parts, way: Way) -> tuple[int, ...]:
    """Which places of a packed value a way picks, one number a pick."""
    return tuple(place for step in way for place in pick(found, step))


def pick(found: Parts, step: int) -> tuple[int, ...]:
    """The place at which a step cuts; none where it takes all."""
    node = found.links.node(step)
    if node.op in CUTS:
        cut = node.attribute("output")
        return (cut if isinstance(cut, int) else 0,)
    if node.op == "narrow":
        start = node.attribute("start")
        return (start,) if isinstance(start, int) else ()
    if node.op in ("getitem", "select"):
        index = node.attribute("index")
        places = (_start(one) for one in (index if isinstance(index, tuple) else (index,)))
        return tuple(place for place in places if place is not None)
    return ()


CUTS = ("chunk", "split", "split_with_sizes", "tensor_split", "unbind", "unsafe_chunk")
"""Calls that cut a value into several."""


def _start(index: object) -> int | None:
    """Where one entry of an index starts; ``None`` where it takes all."""
    if isinstance(index, int) and not isinstance(index, bool):
        return index
    if not isinstance(index, str) or not index.startswith("slice("):
        return None
    start, stop, _ = index.removeprefix("slice(").removesuffix(")").split(", ")
    if start == "None":
        return None if stop == "None" else 0
    return int(start)
