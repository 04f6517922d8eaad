"""Fingerprints: 64 bits that tell whether two models hold the same values.

Every element gives ``mix((tensor + C * index) xor bits)``, where ``tensor`` is a digest of path,
shape and dtype and ``mix`` scrambles all bits into all others; the fingerprint is the sum modulo
2**64. A sum knows no order, so shards, threads and devices do not change it, and the fingerprints
of shards add up to that of the whole.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from isometry import errors
from isometry.parameters import Box
from isometry.weights import placement
from isometry.weights.placement import Part

Array = NDArray[np.generic]
Words = NDArray[uint64]

VERSION = "f1"
"""Version of the fingerprint; another way of mixing gets another tag."""
MODULUS = 2**64
CHUNK = 2**14
"""Elements mixed at a time: their 64-bit words, twice, fit the second cache level."""
PIECE = 2**20
"""Elements that one thread takes at a time."""

# Odd constants of the finalizer of SplitMix64 (Steele, Lea and Flood 2014, variant 13 of Stafford).
GOLDEN = uint64(0x9E3779B97F4A7C15)
FIRST = uint64(0xBF58476D1CE4E5B9)
SECOND = uint64(0x94D049BB133111EB)
SHIFTS = (uint64(30), uint64(27), uint64(31))


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a model's values add up to.

    Attributes:
        tensors: Sum of each tensor's elements, by path, modulo 2**64.

    >>> one, other = Fingerprint({"w": 3}), Fingerprint({"w": 4, "b": 1})
    >>> (one + other).tensors
    {'w': 7, 'b': 1}
    """

    tensors: Mapping[str, int]

    @property
    def total(self) -> int:
        """Sum over all tensors, modulo 2**64."""
        return sum(self.tensors.values()) % MODULUS

    def __add__(self, other: "Fingerprint") -> "Fingerprint":
        """The fingerprint of two disjoint parts together."""
        joined = dict(self.tensors)
        for path, value in other.tensors.items():
            joined[path] = (joined.get(path, 0) + value) % MODULUS
        return Fingerprint(joined)

    def __str__(self) -> str:
        return f"{VERSION}-{self.total:016x}"

    def differing(self, other: "Fingerprint") -> tuple[str, ...]:
        """Paths whose values are not the same on both sides, sorted."""
        paths = sorted({*self.tensors, *other.tensors})
        return tuple(path for path in paths if self.tensors.get(path) != other.tensors.get(path))


def fingerprint(items: Iterable[tuple[str, Array]], *, threads: int | None = None) -> Fingerprint:
    """The fingerprint of whole tensors.

    Args:
        items: Path and values of each tensor; a tied one once, under its first path.
        threads: How many threads; they do not change it.

    Returns:
        The fingerprint.

    >>> a, b = np.float32([1.0, 2.0]), np.float32([3.0])
    >>> fingerprint([("a", a), ("b", b)]) == fingerprint([("b", b), ("a", a)])
    True
    """
    return Fingerprint({path: tensor_sum(path, array, threads=threads) for path, array in items})


def tensor_sum(
    path: str,
    array: Array,
    *,
    shape: tuple[int, ...] | None = None,
    runs: Part = None,
    threads: int | None = None,
) -> int:
    """The sum of one tensor's elements, or of those in a part of it, modulo 2**64.

    Args:
        path: Address of the tensor.
        array: Its values, or the part's; of any dtype of 1, 2, 4, 8 or 16 bytes.
        shape: Global shape of the tensor; ``array``'s own where it is whole.
        runs: The part that ``array`` is, as in :func:`isometry.weights.values`.
        threads: How many threads.

    Returns:
        The sum, from 0 to 2**64 - 1.

    Raises:
        ShapeError: ``array`` is not of the part's shape.
    """
    whole = array.shape if shape is None else shape
    if array.shape != placement.part_shape(whole, runs):
        raise errors.ShapeError(
            f"the array has shape {array.shape}",
            needed=f"shape {placement.part_shape(whole, runs)}",
            do="pass the tensor's global shape and the ranges that the array holds",
            path=path,
        )
    word = _tensor_word(path, whole, array.dtype)
    pieces = [
        (flat[at : at + PIECE], word + (first + at) * int(GOLDEN))
        for flat, first in _segments(array, whole, runs)
        for at in range(0, flat.size, PIECE)
    ]
    return _summed(pieces, threads)


Piece = tuple[Array, int]
"""Consecutive elements, and ``tensor + C * index`` of the first."""


def _summed(pieces: list[Piece], threads: int | None) -> int:
    workers = min(threads or cpu_count() or 1, len(pieces))
    if workers <= 1:
        return _pieces_sum(pieces)
    with ThreadPoolExecutor(workers) as pool:
        parts = pool.map(_pieces_sum, [pieces[at::workers] for at in range(workers)])
        return sum(parts) % MODULUS


def _pieces_sum(pieces: list[Piece]) -> int:
    ramp = np.arange(CHUNK, dtype=uint64) * GOLDEN
    words, scratch = np.empty_like(ramp), np.empty_like(ramp)
    total = 0
    for flat, start in pieces:
        for at in range(0, flat.size, CHUNK):
            part = flat[at : at + CHUNK]
            for half, bits in enumerate(_bits(part)):
                offset = (start + at * int(GOLDEN) + half * int(FIRST)) % MODULUS
                size = part.size
                np.add(ramp[:size], uint64(offset), out=words[:size])
                total += _mixed_sum(words[:size], scratch[:size], bits)
    return total % MODULUS


def _mixed_sum(words: Words, scratch: Words, bits: Array) -> int:
    """All bits into all others, then the sum; everything in place, in the processor's caches."""
    np.copyto(scratch, bits)
    np.bitwise_xor(words, scratch, out=words)
    for shift, factor in ((SHIFTS[0], FIRST), (SHIFTS[1], SECOND)):
        np.right_shift(words, shift, out=scratch)
        np.bitwise_xor(words, scratch, out=words)
        np.multiply(words, factor, out=words)
    np.right_shift(words, SHIFTS[2], out=scratch)
    np.bitwise_xor(words, scratch, out=words)
    return int(words.sum(dtype=uint64))


def _bits(flat: Array) -> list[Array]:
    """The elements' bits as unsigned words; two of them an element for a dtype of 16 bytes."""
    size = flat.dtype.itemsize
    if size <= 8:
        return [flat.view(f"u{size}")]
    return [flat.view(uint64)[half :: size // 8] for half in range(size // 8)]


def _tensor_word(path: str, shape: tuple[int, ...], dtype: "np.dtype[np.generic]") -> int:
    message = f"{VERSION}\0{len(path)}\0{path}\0{shape}\0{dtype.name}".encode()
    return int.from_bytes(hashlib.blake2b(message, digest_size=8).digest(), "little")


def _segments(array: Array, shape: tuple[int, ...], runs: Part) -> Iterable[tuple[Array, int]]:
    """Stretches of consecutive elements, flat, with the row-major index of their first."""
    if runs is None or isinstance(runs, range):
        yield np.ascontiguousarray(array).reshape(-1), 0 if runs is None else runs.start
        return
    for patch in placement.patches(shape, runs):
        local = array[placement.index(patch.target)]
        yield from _rows(local, patch.source, shape)


def _rows(local: Array, box: Box, shape: tuple[int, ...]) -> Iterable[tuple[Array, int]]:
    """The stretches of a box: as many trailing dimensions together as the box holds whole."""
    full = len(shape)
    while full and box[full - 1] == (0, shape[full - 1]):
        full -= 1
    outer = max(full - 1, 0)
    inner = math.prod(shape[outer + 1 :])
    for at in np.ndindex(local.shape[:outer]):
        place = [start + step for (start, _), step in zip(box, at, strict=False)]
        row = int(np.ravel_multi_index(place, shape[:outer])) if outer else 0
        extent = shape[outer] if shape else 1
        start = box[outer][0] if box else 0
        yield np.ascontiguousarray(local[at]).reshape(-1), (row * extent + start) * inner
