"""Tensors of zeros, what they silence going forward, and what they keep gradients from.

A product with a zero passes neither signal nor gradient. That is what a residual branch that ends
in zeros is for: the zeros themselves get a gradient, and the first step opens the branch. Two zeros
in series get none, and nothing ever opens them.
"""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Literal

from isometry.graphs import Node
from isometry.graphs.labels import Parts, consumers_of
from isometry.measurements.observed import Step, Values

Place = Literal["beside", "output", "through"]
"""Where a tensor of zeros stands: ``beside`` a way on which the signal goes on, at the model's
``output``, or on the only way ``through``."""

State = Literal["detached", "held", "stopped", "stuck"]
"""Why no gradient arrives: the loss does not depend on the tensor (``detached``), zeros hold it
back that training will open (``held``) or never will (``stuck``), or something else does, such as
units without slope (``stopped``)."""

PRODUCTS = ("contraction", "gate", "norm", "scale", "weight")
"""Families whose steps multiply their inputs, biases left out."""
LISTED = 16
"""Zeros that are listed as what holds one tensor back."""
MOVING = ("dropout", "view")
"""Families whose steps have zeros where their input has them, and are not looked at."""
ADDED = ("bias", "running_mean", "running_var")
"""Arguments of such steps that are added, or only measured."""
SUMS = ("addbmm", "addmm", "addmv", "addcmul", "baddbmm")
"""Products whose argument ``input`` is added to them."""
FACTORS = {"query": ("key", "value"), "key": ("query", "value"), "value": ()}
"""What attention multiplies the gradient of each of its arguments by."""


@dataclass(frozen=True, slots=True)
class Zeros:
    """A trainable tensor of zeros that multiplies a signal.

    Attributes:
        path: Its address.
        place: Where it stands.
        reached: Whether a gradient arrives at it.
    """

    path: str
    place: Place
    reached: bool


@dataclass(frozen=True, slots=True)
class Unreached:
    """A trainable tensor that takes part and gets no gradient, or only zeros.

    Attributes:
        path: Its address.
        state: Why.
        by: Paths of the zeros that hold it back; empty for other reasons.
    """

    path: str
    state: State
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Zeroed:
    """What of a graph is zero.

    Attributes:
        found: The graph.
        paths: For each step that is a tensor of zeros, or a view of one, its path.
        steps: Steps whose values are all zero because of them.
    """

    found: Parts
    paths: dict[int, str]
    steps: frozenset[int]


def zeroed(found: Parts, steps: Mapping[int, Step], tensors: Mapping[str, Values]) -> Zeroed:
    """Find the zeros of a graph."""
    paths: dict[int, str] = {}
    for node in found.links.graph.nodes:
        if node.family == "parameter" and node.path in tensors and tensors[node.path].rms == 0:
            paths[node.index] = node.path
        elif node.family in MOVING and not node.signal and node.inputs and node.inputs[0] in paths:
            paths[node.index] = paths[node.inputs[0]]
    silent = {i for i, step in steps.items() if step.values.rms == 0}
    unseen = {one.index for one in found.links.graph.nodes if one.family in MOVING}
    closed = (silent | unseen | paths.keys()) - (steps.keys() - silent)
    return Zeroed(found, paths, _still_zero(found, paths, closed, ()) - paths.keys())


def zeros(zero: Zeroed, arrived: Mapping[str, Values], trained: Collection[str]) -> list[Zeros]:
    """Every trainable tensor of zeros that multiplies a signal, in execution order."""
    starts: dict[str, list[int]] = {}
    for index, path in zero.paths.items():
        for step in zero.found.links.followers[index]:
            if _multiplies(zero, index, step) and zero.found.links.node(step).signal:
                starts.setdefault(path, []).append(step)
    return [
        Zeros(path, _place(zero, steps), path in arrived and arrived[path].rms > 0)
        for path, steps in starts.items()
        if path in trained
    ]


def _multiplies(zero: Zeroed, index: int, step: int) -> bool:
    node = zero.found.links.node(step)
    return any(i == index and is_factor(node, slot) for i, slot in arguments(node))


def arguments(node: Node) -> list[tuple[int, str]]:
    """The inputs of a step with the arguments that they fill."""
    return list(zip(node.inputs, node.slots, strict=True))


def is_factor(node: Node, slot: str) -> bool:
    """Whether a step multiplies by what fills an argument."""
    added = slot in ADDED or (node.op in SUMS and slot == "input")
    return node.family in PRODUCTS and not added


def shut(node: Node, index: int, slot: str, zero: Collection[int]) -> bool:
    """Whether a step multiplies the gradient of one of its inputs by zeros."""
    if node.family == "attention":
        factors = FACTORS.get(slot, ())
        return any(i in zero for i, other in arguments(node) if other in factors)
    others = [i for i, other in arguments(node) if i != index and is_factor(node, other)]
    return is_factor(node, slot) and any(i in zero for i in others)


def _place(zero: Zeroed, starts: list[int]) -> Place:
    """Follow what no longer depends on the input, as far as it goes."""
    found, still = zero.found, set(starts)
    if any("output" in consumers_of(found, step) for step in starts):
        return "output"
    waiting = [after for step in starts for after in found.links.followers[step]]
    heapify(waiting)
    while waiting:
        step = heappop(waiting)  # in execution order, so that all its inputs are known
        inside = [i in still for i in found.links.signals(step)]
        if step not in still and any(inside) and (all(inside) or step in zero.steps):
            still.add(step)
            for after in found.links.followers[step]:
                heappush(waiting, after)
    return "through" if any(i in still for i in found.links.graph.outputs) else "beside"


def unreached(
    zero: Zeroed, arrived: Mapping[str, Values], trained: Collection[str]
) -> list[Unreached]:
    """Every trainable tensor that a step takes and that no gradient reaches, and why.

    Args:
        zero: The zeros of the graph.
        arrived: Gradients by path.
        trained: Paths of trainable tensors.

    Returns:
        In execution order.
    """
    if not arrived:
        return []
    used: dict[str, list[int]] = {}
    for node in zero.found.links.graph.nodes:
        if node.family == "parameter" and node.path in trained:
            used.setdefault(node.path, []).append(node.index)
    lacking = [path for path in used if path not in arrived or arrived[path].rms == 0]
    opened = _opened(zero, used, [path for path in used if path not in lacking])
    ways = Ways(
        ever=_live(zero, ()),
        now=_live(zero, zero.steps | zero.paths.keys()),
        later=_live(zero, opened),
    )
    return [_unreached(zero, path, used[path], arrived, ways) for path in lacking]


def _opened(zero: Zeroed, used: Mapping[str, list[int]], reached: list[str]) -> frozenset[int]:
    """Steps that stay zero however long the training, once all zeros that it reaches are gone."""
    closed: Collection[int] = zero.steps | zero.paths.keys()
    while True:
        left = _still_zero(zero.found, zero.paths, closed, reached)
        live = _live(zero, left)
        more = [path for path in used if path not in reached and any(i in live for i in used[path])]
        zeros_left = {path for i, path in zero.paths.items() if i in left}
        fresh = [path for path in more if path in zeros_left]
        if not fresh:
            return left
        reached, closed = [*reached, *fresh], left


def _still_zero(
    found: Parts, paths: Mapping[int, str], closed: Collection[int], opened: Collection[str]
) -> frozenset[int]:
    """Those of some zeros that are left when some tensors are no longer zero."""
    left: set[int] = set()
    for node in found.links.graph.nodes:
        if node.index not in closed:
            continue
        if node.index in paths:
            left |= set() if paths[node.index] in opened else {node.index}
        elif _made_zero(node, left):
            left.add(node.index)
    return frozenset(left)


def _made_zero(node: Node, left: Collection[int]) -> bool:
    if node.family in PRODUCTS:
        return any(i in left for i, slot in arguments(node) if is_factor(node, slot))
    return bool(node.inputs) and all(i in left for i in node.inputs)


def _live(zero: Zeroed, left: Collection[int]) -> set[int]:
    """Steps from which a gradient could come back, if only zeros stopped it."""
    nodes, live = zero.found.links.graph.nodes, {*zero.found.links.graph.outputs}
    for node in reversed(nodes):
        if node.index not in live:
            continue
        live |= {index for index, slot in arguments(node) if not shut(node, index, slot, left)}
    return live


@dataclass(frozen=True, slots=True)
class Ways:
    """Steps from which a gradient could come back.

    Attributes:
        ever: If nothing were zero.
        now: With the zeros that there are.
        later: With those that training leaves.
    """

    ever: set[int]
    now: set[int]
    later: set[int]


def _unreached(
    zero: Zeroed, path: str, places: list[int], arrived: Mapping[str, Values], ways: Ways
) -> Unreached:
    if ways.ever.isdisjoint(places):
        return Unreached(path, "detached")
    if not ways.now.isdisjoint(places):
        return Unreached(path, "stopped" if path in arrived else "detached")
    state: State = "stuck" if ways.later.isdisjoint(places) else "held"
    return Unreached(path, state, _holding(zero, places))


def _holding(zero: Zeroed, places: list[int]) -> tuple[str, ...]:
    """Paths of some of the first zeros on the ways from a tensor to the outputs."""
    links, seen, waiting = zero.found.links, set[int](), deque(places)
    found: dict[str, None] = {}
    while waiting and len(found) < LISTED:
        step = waiting.popleft()
        if step in seen:
            continue
        seen.add(step)
        for follower in links.followers[step]:
            node = links.node(follower)
            factors = [i for i, slot in arguments(node) if i != step and is_factor(node, slot)]
            held = [zero.paths[i] for i in factors if i in zero.paths]
            found |= dict.fromkeys(held)
            waiting += [] if held else [follower]
    return tuple(found)
