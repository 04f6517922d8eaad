"""Schemes that see one weight at a time as a matrix ``(outputs, inputs · window)``."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from isometry import rng
from isometry.parameters import Axes, Box, Parameter, box_shape, cells, folded, matrix_shape
from isometry.schemes import checks
from isometry.schemes.draws import Draw, Elementwise, Piece, Pieces, Whole
from isometry.schemes.mixtures import Part, mixture
from isometry.schemes.scheme import Moments

MatrixLaw = Callable[[rng.Key, int, int], NDArray[Any]]
"""From a key and the numbers of rows (outputs) and columns (inputs) to a matrix."""

Tap = Callable[[int], int]
"""From the length of a kernel axis to the one tap that is not zero."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """One weight inside a tensor, as a matrix.

    Attributes:
        name: Expert, block and group; empty where the tensor is one weight.
        box: Where it lies, the kernel's taps included only as far as they are not zero.
        rows: Number of outputs.
        columns: Number of inputs, times the taps in the box.
        axes: Meaning of the tensor's axes.
    """

    name: str
    box: Box
    rows: int
    columns: int
    axes: Axes


def matrices(parameter: Parameter, scheme: str, *, tap: Tap | None = None) -> tuple[Matrix, ...]:
    """Every weight of a tensor as a matrix.

    Args:
        parameter: The tensor.
        scheme: Name of the scheme, for the error.
        tap: The kernel tap that holds the matrix; without one the taps are columns too.

    Returns:
        One for each expert, packed block and group.

    Raises:
        ShapeError: The tensor has no known inputs and outputs.
    """
    axes = checks.known_axes(parameter, scheme)
    if not axes.outputs:
        checks.refuse_shape(
            parameter,
            scheme,
            found=f"shape {parameter.shape}, which has no axis of outputs",
            needed="a weight with inputs and outputs",
            do="state its axes, or choose another scheme",
        )
    found = []
    for cell in cells(parameter.shape, axes):
        box = cell.box if tap is None else _at(cell.box, axes, tap)
        found.append(Matrix(cell.name, box, *matrix_shape(box_shape(box), axes), axes))
    return tuple(found)


def drawn(found: tuple[Matrix, ...], parameter: Parameter, law: MatrixLaw) -> Draw:
    """Each matrix drawn from a key of its own; what lies outside all of them is 0."""
    if len(found) == 1 and box_shape(found[0].box) == parameter.shape:
        return _whole(found[0], law)
    pieces = tuple(Piece(one.box, _whole(one, law), one.name or "tap") for one in found)
    return Pieces(Elementwise(rng.Constant(0.0)), pieces)


def stated(
    found: tuple[Matrix, ...], parameter: Parameter, entries: Callable[[int, int], Moments]
) -> Moments:
    """Moments over the whole tensor, from those of the entries of each matrix."""
    parts = [Part(one.rows * one.columns, entries(one.rows, one.columns)) for one in found]
    rest = parameter.size - sum(part.count for part in parts)
    return mixture([*parts, Part(rest, Moments(0.0, 0.0, 1.0))])


def same(parameter: Parameter, axes: Axes) -> Parameter:
    """The parameter with another reading of its axes."""
    return replace(parameter, axes=axes)


def lower_centre(kernel: int) -> int:
    """The central tap; of an even kernel the lower of the two.

    >>> lower_centre(3), lower_centre(4)
    (1, 1)
    """
    return (kernel - 1) // 2


def upper_centre(kernel: int) -> int:
    """The central tap; of an even kernel the upper of the two.

    >>> upper_centre(3), upper_centre(4)
    (1, 2)
    """
    return kernel // 2


def child(key: rng.Key, number: int) -> rng.Key:
    """A key for a second stream of the same tensor, from words that no element will reach."""
    k0, k1, c2, c3 = (int(word) for word in rng.words(key, 2**63 + 4 * number, 4))
    return rng.Key((k0, k1, c2, c3))


def gaussian_matrix(key: rng.Key, rows: int, columns: int) -> NDArray[float64]:
    """Independent unit normals, row by row."""
    return rng.gaussian(key, 0, rows * columns).reshape(rows, columns)


def diagonal(rows: int, columns: int, *, period: int = 0) -> NDArray[float64]:
    """Ones where ``i ≡ j`` modulo ``period``; the plain diagonal without one."""
    matrix = np.zeros((rows, columns), dtype=float64)
    step = period or max(rows, columns)
    for offset in range(0, max(rows, columns), step):
        down, right = (offset, 0) if rows > columns else (0, offset)
        length = min(rows - down, columns - right, step)
        index = np.arange(length)
        matrix[down + index, right + index] = 1.0
    return matrix


def _whole(one: Matrix, law: MatrixLaw) -> Whole:
    return Whole(partial(_compute, one, law))


def _compute(one: Matrix, law: MatrixLaw, key: rng.Key) -> NDArray[Any]:
    return folded(law(key, one.rows, one.columns), box_shape(one.box), one.axes)


def _at(box: Box, axes: Axes, tap: Tap) -> Box:
    spans = list(box)
    for axis in axes.window:
        start, stop = box[axis]
        spans[axis] = (start + tap(stop - start), start + tap(stop - start) + 1)
    return tuple(spans)
