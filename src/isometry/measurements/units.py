"""A tensor as units: each output with its incoming weights, as a row, read a few at a time."""

from dataclasses import dataclass, replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from isometry.measurements.pieces import Array
from isometry.parameters import Axes, Box, cells

CELLS = 8
"""Experts, packed blocks or groups that are looked at, where there are more."""


@dataclass(frozen=True, slots=True)
class Units:
    """A matrix that is never made: rows and columns may each run over several axes.

    Attributes:
        values: The tensor, or a rectangle of it.
        rows: Axes of the rows.
        columns: Axes of the columns.
    """

    values: Array
    rows: tuple[int, ...]
    columns: tuple[int, ...]

    @property
    def height(self) -> int:
        """Number of rows."""
        return prod(self.values.shape[axis] for axis in self.rows)

    @property
    def width(self) -> int:
        """Number of columns."""
        return prod(self.values.shape[axis] for axis in self.columns)

    @property
    def turned(self) -> "Units":
        """Columns as rows."""
        return Units(self.values, self.columns, self.rows)

    def read(self, rows: NDArray[np.intp]) -> Array:
        """Some rows, copied.

        >>> Units(np.arange(6).reshape(2, 3), (1,), (0,)).read(np.array([2, 0])).tolist()
        [[2, 5], [0, 3]]
        """
        lead, _ = self._lengths()
        view = self.values.transpose(*self.rows, *self.columns)
        picked = view[np.unravel_index(rows, lead)] if lead else view[None]
        return np.ascontiguousarray(picked).reshape(len(rows), self.width)

    def pick(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Array:
        """Single entries, by the indices of their rows and columns, which are broadcast."""
        lead, rest = self._lengths()
        place = (*_unravelled(rows, lead), *_unravelled(columns, rest))
        picked: Array = self.values.transpose(*self.rows, *self.columns)[place]
        return picked

    def _lengths(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        shape = self.values.shape
        return tuple(shape[axis] for axis in self.rows), tuple(shape[axis] for axis in self.columns)


def units(values: Array, axes: Axes | None) -> Units:
    """The rows are output units, of every expert, block and group; of a table, its entries.

    Where no axis has a known meaning, the first counts the units.

    >>> units(np.zeros((3, 4, 5)), Axes(stacked=(0,), inputs=(1,), outputs=(2,))).height
    15
    """
    if axes is None or not axes.all:
        return Units(values, (0,), tuple(range(1, values.ndim)))
    if axes.lookup:
        return Units(values, (*axes.stacked, *axes.inputs), (*axes.outputs, *axes.window))
    return Units(values, (*axes.stacked, *axes.outputs), (*axes.inputs, *axes.window))


def matrices(values: Array, axes: Axes | None) -> tuple[Units, ...]:
    """The independent weights of a tensor, at most `CELLS` of them, each as a matrix of units."""
    if axes is None or not axes.outputs:
        return (units(values, None),)
    boxes = [cell.box for cell in cells(values.shape, axes)]
    chosen = [boxes[place] for place in spread(len(boxes), CELLS)]
    alone = replace(axes, blocks=None, groups=1, lookup=False)
    return tuple(units(_cut(values, box), alone) for box in chosen)


def spread(count: int, limit: int) -> NDArray[np.intp]:
    """Indices at equal distances from the first to the last, all of them up to a limit.

    >>> spread(3, 5).tolist(), spread(9, 3).tolist()
    ([0, 1, 2], [0, 4, 8])
    """
    if count <= limit:
        return np.arange(count, dtype=np.intp)
    return np.arange(limit, dtype=np.intp) * (count - 1) // (limit - 1)


def _unravelled(index: NDArray[np.intp], shape: tuple[int, ...]) -> tuple[NDArray[np.intp], ...]:
    # Flat: NumPy 2.4 goes wrong after 8192 indices where there are two axes and one has length 1.
    found = np.unravel_index(index.reshape(-1), shape) if shape else ()
    return tuple(part.reshape(index.shape) for part in found)


def _cut(values: Array, box: Box) -> Array:
    return values[tuple(slice(*span) for span in box)]
