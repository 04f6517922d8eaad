"""The independent weights inside one tensor: experts, packed blocks and groups, each a matrix."""

from dataclasses import dataclass, replace
from itertools import accumulate, product
from math import prod
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from isometry.parameters.axes import Axes, Blocks
from isometry.parameters.parameter import Parameter

T = TypeVar("T", bound=np.generic)

Box = tuple[tuple[int, int], ...]
"""A rectangle of a tensor: one ``(start, stop)`` a dimension, in global indices."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One independent weight inside a tensor.

    Attributes:
        name: Expert, block and group, joined by dots; empty where the tensor is one weight.
        box: Where it lies.
    """

    name: str
    box: Box


def whole_box(shape: tuple[int, ...]) -> Box:
    """The rectangle that is all of a tensor.

    >>> whole_box((2, 3))
    ((0, 2), (0, 3))
    """
    return tuple((0, length) for length in shape)


def box_shape(box: Box) -> tuple[int, ...]:
    """Shape of a rectangle.

    >>> box_shape(((2, 5), (0, 1)))
    (3, 1)
    """
    return tuple(stop - start for start, stop in box)


def cells(shape: tuple[int, ...], axes: Axes) -> tuple[Cell, ...]:
    """Every independent weight of a tensor: one for each expert, packed block and group.

    Args:
        shape: Global shape of the tensor.
        axes: Meaning of its axes.

    Returns:
        Rectangles that cover the tensor and do not overlap.

    >>> [
    ...     cell.name
    ...     for cell in cells(
    ...         (12, 4), Axes((0,), (1,), blocks=Blocks(0, ("q", "k", "v"), (4, 4, 4)))
    ...     )
    ... ]
    ['q', 'k', 'v']
    >>> cells((4, 1), Axes((0,), (1,), groups=2))[1]
    Cell(name='g1', box=((2, 4), (0, 1)))
    """
    choices = [_slices(shape, axes, axis) for axis in range(len(shape))]
    return tuple(
        Cell(".".join(name for name, _ in pick if name), tuple(span for _, span in pick))
        for pick in product(*choices)
    )


def part(parameter: Parameter, box: Box, name: str) -> Parameter:
    """The parameter that a rectangle of ``parameter`` would be on its own.

    Its path is ``path#name``; an axis that the rectangle cuts is no longer packed, and holds
    as many groups as still fit whole.
    """
    axes, shape = parameter.axes, parameter.shape
    if axes is not None:
        axes = replace(axes, blocks=_blocks(shape, axes, box), groups=_groups(shape, axes, box))
    path = f"{parameter.path}#{name}"
    return replace(parameter, path=path, shape=box_shape(box), axes=axes, ties=())


def matrix_shape(shape: tuple[int, ...], axes: Axes) -> tuple[int, int]:
    """One weight as a matrix: ``(outputs, inputs · window)``.

    >>> matrix_shape((3, 3, 16, 32), Axes(window=(0, 1), inputs=(2,), outputs=(3,)))
    (32, 144)
    """
    rows = prod(shape[axis] for axis in axes.outputs)
    return rows, prod(shape[axis] for axis in (*axes.inputs, *axes.window))


def folded(matrix: NDArray[T], shape: tuple[int, ...], axes: Axes) -> NDArray[T]:
    """A matrix ``(outputs, inputs · window)`` in the storage order of one weight.

    >>> folded(np.arange(6).reshape(2, 3), (3, 2), Axes(inputs=(0,), outputs=(1,))).tolist()
    [[0, 3], [1, 4], [2, 5]]
    """
    order = axes.all
    return matrix.reshape([shape[axis] for axis in order]).transpose(np.argsort(order))


def _slices(shape: tuple[int, ...], axes: Axes, axis: int) -> list[tuple[str, tuple[int, int]]]:
    if axes.blocks is not None and axes.blocks.axis == axis:
        stops = accumulate(axes.blocks.sizes)
        spans = zip(axes.blocks.names, axes.blocks.sizes, stops, strict=True)
        return [(name, (stop - size, stop)) for name, size, stop in spans]
    if axis in axes.stacked:
        return [(str(index), (index, index + 1)) for index in range(shape[axis])]
    if axis == axes.grouped:
        size = shape[axis] // axes.groups
        return [(f"g{group}", (group * size, (group + 1) * size)) for group in range(axes.groups)]
    return [("", (0, shape[axis]))]


def _blocks(shape: tuple[int, ...], axes: Axes, box: Box) -> Blocks | None:
    if axes.blocks is None or box[axes.blocks.axis] == (0, shape[axes.blocks.axis]):
        return axes.blocks
    return None


def _groups(shape: tuple[int, ...], axes: Axes, box: Box) -> int:
    if axes.grouped is None:
        return 1
    start, stop = box[axes.grouped]
    groups, rest = divmod(stop - start, shape[axes.grouped] // axes.groups)
    return groups if groups and not rest else 1
