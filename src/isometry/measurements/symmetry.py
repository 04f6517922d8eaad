"""Units that are copies: of each other in one tensor, as whole shards, or as whole tensors.

Units with equal weights in and equal biases get equal gradients and stay equal, so a layer has as
many units as it has different ones. Units of zeros are counted apart: they are dead or left out on
purpose, and say nothing of a fault in drawing.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log2
from typing import Protocol

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from isometry.measurements import structures
from isometry.measurements import units as seen
from isometry.measurements.pieces import Array, real
from isometry.measurements.tallies import range_of
from isometry.measurements.units import Units
from isometry.parameters import Axes, Parameter

Keys = NDArray[uint64]
Index = NDArray[np.intp]

GLANCE = 8
"""Entries of a row that are looked at first; drawn rows differ in them, so no more need be read."""
MOST = 2**20
"""Units that are looked at, from the first."""
BATCH = 2**20
"""Entries that are read together."""
LISTED = 16
"""Groups, and units of a group, that are listed."""
SHARDS = range(16, 1, -1)
"""Numbers of identical blocks that are looked for, the most first."""
SPARE = 20
"""Bits that a row needs beyond those with which chance makes a pair among all rows."""

# Odd multipliers of the finalizer of SplitMix64 (Steele, Lea and Flood 2014, variant 13).
FIRST, SECOND = uint64(0xBF58476D1CE4E5B9), uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Symmetry:
    """Which units of a tensor are alike; a unit is an output, in a table an entry.

    Attributes:
        zero_units: Units whose weights are all 0.
        constant_units: Units whose weights are all one value other than 0.
        duplicates: Groups of equal units that are not zero, by index, in order; the first 16 of
            each of the first 16 groups. Units of different experts, blocks or groups are not
            compared.
        copies: Units that equal an earlier one.
        blocks: Number of equal blocks that follow each other along the units, as shards drawn from
            one seed do; 0 for none.
        input_blocks: The same along the inputs.
    """

    zero_units: int = 0
    constant_units: int = 0
    duplicates: tuple[tuple[int, ...], ...] = ()
    copies: int = 0
    blocks: int = 0
    input_blocks: int = 0


class Digested(Protocol):
    """What is known of a tensor that others are compared with."""

    @property
    def path(self) -> str:
        """Its address."""

    @property
    def digest(self) -> str:
        """Hash of its shape, dtype and bits."""

    @property
    def drawn(self) -> bool:
        """Whether its values look drawn, so that chance does not make another tensor equal."""


def symmetry(parameter: Parameter, values: Array, *, bias: Array | None = None) -> Symmetry:
    """Which units of a tensor are alike, exactly.

    A row is read whole only where a few of its entries equal another's, so this costs next to
    nothing where units differ. Rows so short, or of so few values, that chance makes equal ones say
    nothing.

    Args:
        parameter: The tensor; a vector has no units.
        values: Its values.
        bias: What is added to each unit; units of different biases differ.

    Returns:
        Nothing but zeros where all units differ.

    >>> twice = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
    >>> symmetry(Parameter("w", (3, 3)), twice).duplicates
    ((0, 2),)
    """
    if values.ndim < 2 or not values.size:
        return Symmetry()
    matrix = seen.units(values, parameter.axes)
    keys = _keys(matrix)
    zero, even = _flat(matrix, keys)
    labels = _labels(matrix, parameter.axes, bias)
    alike = _groups(matrix, keys, labels, skipped=zero) if _tells(matrix) else ()
    return Symmetry(
        zero_units=len(zero),
        constant_units=len(even),
        duplicates=tuple(tuple(group[:LISTED].tolist()) for group in alike[:LISTED]),
        copies=sum(len(group) - 1 for group in alike),
        blocks=_blocks(matrix, keys),
        input_blocks=_blocks(matrix.turned, _keys(matrix.turned)),
    )


def equal_tensors(measured: Iterable[Digested]) -> tuple[tuple[str, ...], ...]:
    """Paths of tensors that are equal bit for bit though they should have been drawn apart.

    Args:
        measured: Each tensor once, tied ones under their first path.

    Returns:
        Groups of two paths or more, in the given order. Zeros, ones and all else that is not drawn
        is equal by intent and left out, and so is what is too small to differ by chance.
    """
    found = defaultdict(list)
    for one in measured:
        if one.drawn:
            found[one.digest].append(one.path)
    return tuple(tuple(paths) for paths in found.values() if len(paths) > 1)


def tells_apart(count: int, dtype: "np.dtype[np.generic]", among: int) -> bool:
    """Whether drawn rows of ``count`` numbers are all different, but for a chance of 1e-6.

    A number carries about as many random bits as its dtype has digits; ``n`` rows make ``n² / 2``
    pairs.

    >>> tells_apart(1, np.dtype(np.float16), 100), tells_apart(64, np.dtype(np.float16), 100)
    (False, True)
    """
    eps = range_of(dtype).eps
    digits = 1 - log2(eps) if eps else 1.0
    return count * min(digits, 24) >= 2 * log2(max(among, 2)) + SPARE


def _tells(matrix: Units, *, rows: int = 1) -> bool:
    """Whether drawn blocks of some rows are all different."""
    among = matrix.height // rows
    if structures.has_few_magnitudes(_glance(matrix).reshape(-1)):
        # As random signs: three values and a zero make two bits.
        return 2 * matrix.width * rows >= 2 * log2(max(among, 2)) + SPARE
    return tells_apart(matrix.width * rows, matrix.values.dtype, among)


def _glance(matrix: Units) -> NDArray[np.floating]:
    """A few entries of every row."""
    rows = np.arange(min(matrix.height, MOST), dtype=np.intp)
    return real(matrix.pick(rows[:, None], seen.spread(matrix.width, GLANCE)))


def _keys(matrix: Units) -> Keys:
    """One number a row, from the bits of a few entries; equal rows have equal keys."""
    rows = np.arange(min(matrix.height, MOST), dtype=np.intp)
    columns = seen.spread(matrix.width, GLANCE)
    glance = np.ascontiguousarray(matrix.pick(rows[:, None], columns))
    octets = glance.view(np.uint8).reshape(len(rows), -1).astype(uint64)
    keys = np.zeros(len(rows), dtype=uint64)
    for column in octets.T:
        keys = (keys ^ column) * FIRST
        keys ^= keys >> uint64(29)
    return keys


def _flat(matrix: Units, keys: Keys) -> tuple[Index, Index]:
    """Rows of zeros, and rows of one other value."""
    if matrix.width < 2:
        return np.array([], np.intp), np.array([], np.intp)
    rows, glance = np.arange(len(keys), dtype=np.intp), _glance(matrix)
    maybe = rows[(glance == glance[:, :1]).all(axis=1)]
    even, zero = [rows[:0]], [rows[:0]]
    for some in _batches(matrix, maybe):
        whole = real(matrix.read(some))
        flat = (whole == whole[:, :1]).all(axis=1)
        even.append(some[flat & (whole[:, 0] != 0)])
        zero.append(some[flat & (whole[:, 0] == 0)])
    return np.concatenate(zero), np.concatenate(even)


def _labels(matrix: Units, axes: Axes | None, bias: Array | None) -> Keys:
    """Rows that may be compared have equal labels: one expert, block and group, and one bias."""
    lead = tuple(matrix.values.shape[axis] for axis in matrix.rows)
    labels = np.zeros(lead, dtype=uint64)
    for place, axis in enumerate(matrix.rows):
        own = _sections(axes, axis, lead[place])
        labels = labels * SECOND + np.expand_dims(own, [*range(1, len(lead) - place)])
    flat = labels.reshape(-1)[:MOST]
    if bias is not None and bias.size == matrix.height:
        _, own = np.unique(real(bias.reshape(-1))[:MOST], return_inverse=True)
        flat = flat * SECOND + own.astype(uint64)
    return flat


def _sections(axes: Axes | None, axis: int, length: int) -> Keys:
    place = np.arange(length)
    if axes is None:
        return np.zeros(length, dtype=uint64)
    if axes.blocks is not None and axes.blocks.axis == axis:
        place = np.repeat(np.arange(len(axes.blocks.sizes)), axes.blocks.sizes)
    elif axis == axes.grouped:
        place //= length // axes.groups
    elif axis not in axes.stacked:
        place *= 0
    return place.astype(uint64)


def _groups(matrix: Units, keys: Keys, labels: Keys, *, skipped: Index) -> tuple[Index, ...]:
    """Groups of rows that are equal in every entry."""
    rows = np.setdiff1d(np.arange(len(keys), dtype=np.intp), skipped)
    _, inverse, counts = np.unique(
        keys[rows] * SECOND + labels[rows], return_inverse=True, return_counts=True
    )
    found = defaultdict(list)
    for some in _batches(matrix, rows[counts[inverse] > 1]):
        for row, whole in zip(some.tolist(), matrix.read(some), strict=True):
            bits = hashlib.blake2b(whole.view(np.uint8).data, digest_size=16).digest()
            found[bits, int(labels[row])].append(row)
    return tuple(np.array(group, np.intp) for group in found.values() if len(group) > 1)


def _blocks(matrix: Units, keys: Keys) -> int:
    """The greatest number of equal blocks that the rows divide into; 0 for none."""
    height = len(keys)
    stacked = [] if matrix.height > MOST else [k for k in SHARDS if height % k == 0 and height > k]
    for count in stacked:
        parts = keys.reshape(count, -1)
        varied = bool((parts[0] != parts[0, 0]).any()) and _tells(matrix, rows=parts.shape[1])
        if varied and bool((parts == parts[0]).all()) and _repeats(matrix, count):
            return count
    return 0


def _repeats(matrix: Units, count: int) -> bool:
    length = matrix.height // count
    for some in _batches(matrix, np.arange(length, dtype=np.intp)):
        first = matrix.read(some).view(np.uint8)
        others = (matrix.read(some + place * length) for place in range(1, count))
        if not all(np.array_equal(first, other.view(np.uint8)) for other in others):
            return False
    return True


def _batches(matrix: Units, rows: Index) -> Iterable[Index]:
    step = max(1, BATCH // max(matrix.width, 1))
    return (rows[start : start + step] for start in range(0, len(rows), step))
