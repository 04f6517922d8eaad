"""What becomes of the axes of a value when it is viewed otherwise."""

import math
from collections.abc import Sequence

from isometry.graphs import Node
from isometry.plans.forecast.signal import Layout, Letter

Factor = tuple[Letter, int]
Axis = tuple[Factor, ...]


USUAL: dict[int, tuple[Letter, ...]] = {0: (), 1: ("N",), 2: ("N", "C"), 3: ("N", "P", "C")}
"""Axes of an input of up to three dimensions."""


def of_input(shape: tuple[int, ...]) -> Layout:
    """The usual meaning: samples first; then channels, or channels and positions of an image."""
    usual = USUAL.get(len(shape))
    return named(usual, shape) if usual is not None else channels_first(shape, len(shape) - 2)


def named(letters: Sequence[Letter], shape: Sequence[int]) -> Layout:
    """One letter an axis."""
    return tuple(((letter, length),) for letter, length in zip(letters, shape, strict=True))


def channels_first(shape: tuple[int, ...], windows: int) -> Layout:
    """A convolution's output: channels before as many axes of positions as the kernel has."""
    samples: list[Letter] = ["N"]
    places: list[Letter] = ["P"]
    return named([*samples * (len(shape) - 1 - windows), "C", *places * windows], shape)


def pictured(layout: Layout) -> Layout:
    """Channels from the third axis on become positions.

    >>> pictured(((("N", 2),), (("C", 8),), (("C", 4),), (("C", 4),)))[2]
    (('P', 4),)
    """
    if any(name == "N" for axis in layout[2:] for name, _ in axis):
        return layout
    places: list[Axis] = [tuple(("P", n) for _, n in axis) for axis in layout[2:]]
    return (*layout[:2], *places)


def with_last_channels(layout: Layout, length: int) -> Layout:
    """A linear layer's output: the last axis becomes channels."""
    return (*layout[:-1], (("C", length),))


def scores(shape: tuple[int, ...]) -> Layout:
    """Scores of queries and keys, which both stand for positions."""
    front: list[Letter] = ["N", "C"]
    places: list[Letter] = ["P", "P"]
    missing = max(len(shape) - 4, 0)
    return named([*front[:1] * missing, *front, *places][-len(shape) :], shape)


def count(layout: Layout, letter: Letter) -> int:
    """How many places of that letter a value has."""
    return math.prod(length for axis in layout for name, length in axis if name == letter)


def letters(layout: Layout, axes: Sequence[int]) -> dict[Letter, int]:
    """How many places of each letter some axes hold."""
    held: dict[Letter, int] = {}
    for axis in axes:
        for name, length in layout[axis]:
            held[name] = held.get(name, 1) * length
    return held


STRETCHES = frozenset("broadcast_to expand interpolate pad repeat repeat_interleave tile".split())
"""Views that lengthen axes."""

CUTS = frozenset("chunk getitem index_select narrow select split tensor_split unbind".split())
"""Views that shorten axes, or pick from them."""


def viewed(node: Node, layout: Layout, before: tuple[int, ...]) -> Layout:
    """The axes after a step that moves values and changes none."""
    shape = node.shape
    match node.op:
        case "transpose" | "swapaxes" | "swapdims" | "t" | "T" | "mT" | "adjoint":
            return _swapped(node, layout)
        case "permute" | "movedim":
            moved = _permuted(node, layout)
            return moved if moved is not None else regrouped(layout, shape)
        case _ if len(shape) == len(before) and shape == before:
            return layout
        case op if op in STRETCHES:
            return stretched(layout, shape)
        case "getitem" if (picked := _picked(node, layout)) is not None:
            return picked
        case op if op in CUTS:
            return _cut(node, layout, before)
        case _:
            return regrouped(layout, shape)


def _swapped(node: Node, layout: Layout) -> Layout:
    first = node.attribute("dim0")
    second = node.attribute("dim1")
    i = first if isinstance(first, int) else -2
    j = second if isinstance(second, int) else -1
    axes = list(layout)
    if len(axes) >= 2:
        axes[i], axes[j] = axes[j], axes[i]
    return tuple(axes)


def _permuted(node: Node, layout: Layout) -> Layout | None:
    order = node.attribute("dims")
    if not isinstance(order, tuple):
        return None
    flat = [int(i) for i in order if isinstance(i, int)]
    return tuple(layout[i] for i in flat) if len(flat) == len(layout) else None


def stretched(layout: Layout, shape: tuple[int, ...]) -> Layout:
    """Axes that were repeated, cut or enlarged keep their meaning; new ones hold positions."""
    single: tuple[Factor, ...] = (("P", 1),)
    padded = (single,) * (len(shape) - len(layout)) + layout
    return tuple(
        axis if math.prod(n for _, n in axis) == length else _resized(axis, length)
        for axis, length in zip(padded, shape, strict=True)
    )


def _resized(axis: tuple[Factor, ...], length: int) -> tuple[Factor, ...]:
    letter: Letter = next((name for name, n in axis if n > 1), axis[0][0] if axis else "C")
    return ((letter, length),)


def _cut(node: Node, layout: Layout, before: tuple[int, ...]) -> Layout:
    """Axes that keep their length stay; axes that are gone were picked from; others are shorter."""
    kept: list[tuple[Factor, ...]] = []
    i = 0
    for length in node.shape:
        while (
            i < len(before)
            and before[i] != length
            and len(before) - i > len(node.shape) - len(kept)
        ):
            i += 1
        if i < len(before):
            kept.append(layout[i] if before[i] == length else _resized(layout[i], length))
        else:
            kept.append((("P", length),))
        i += 1
    return tuple(kept)


ADDED = "None"
"""What an index that makes a new axis is called among a step's attributes."""

REST = "Ellipsis"
"""What stands for all axes that an index does not name."""


def _picked(node: Node, layout: Layout) -> Layout | None:
    """The axes after an index of slices, numbers, new axes and dots; ``None`` for other indices."""
    given = node.attribute("index")
    parts = given if isinstance(given, tuple) else (given,)
    named = sum(part not in (ADDED, REST) for part in parts)
    dots = parts.index(REST) if REST in parts else len(parts)
    full = ("slice",) * (len(layout) - named)
    axes: list[tuple[Factor, ...]] = []
    waiting = list(layout)
    for part in (*parts[:dots], *full, *parts[dots + 1 :]):
        if part == ADDED:
            axes.append((("P", 1),))
        elif waiting and (isinstance(part, int) or str(part).startswith("slice")):
            axes += [] if isinstance(part, int) else [waiting[0]]
            waiting.pop(0)
        else:
            return None
    return stretched(tuple(axes), node.shape) if len(axes) == len(node.shape) else None


def regrouped(layout: Layout, shape: tuple[int, ...]) -> Layout:
    """Axes merged and split in row-major order, as reshape does; unknown where it does not fit."""
    factors = [factor for axis in layout for factor in axis if factor[1] != 1]
    axes: list[tuple[Factor, ...]] = []
    for length in shape:
        taken, factors = _taken(factors, length)
        axes.append(taken)
    return tuple(axes)


def _taken(factors: list[Factor], length: int) -> tuple[tuple[Factor, ...], list[Factor]]:
    taken: list[Factor] = []
    rest = list(factors)
    while length > 1 and rest:
        letter, size = rest[0]
        if length % size == 0:
            taken.append(rest.pop(0))
            length //= size
        elif size % length == 0:
            taken.append((letter, length))
            rest[0] = (letter, size // length)
            length = 1
        else:
            taken.append((letter, length))
            rest.pop(0)
            length = 1
    return tuple(taken) or (("C", max(length, 1)),), rest
