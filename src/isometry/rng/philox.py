"""Philox 4x32-10 in NumPy: the stream of random words.

Block ``b`` of a key ``(k0, k1, c2, c3)`` is Philox of the counter ``(b mod 2**32, b div 2**32, c2,
c3)`` under the key ``(k0, k1)``; word ``i`` is lane ``i mod 4`` of block ``i div 4``.

Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.3.
"""

from collections.abc import Iterator

import numpy as np
from numpy import uint32, uint64
from numpy.typing import NDArray

from isometry import errors
from isometry.rng.keys import Key

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
"""``PHILOX_M4x32_0`` and ``_1`` of Random123."""
WEYL = (0x9E3779B9, 0xBB67AE85)
"""Steps of the key: the golden ratio, and the square root of 3 less 1, in units of ``2**-32``."""
ROUNDS = 10
LANES = 4
"""Words in a block."""
STREAM_LENGTH = LANES * 2**64
"""Words in the stream of one key."""

_WORD = uint64(0xFFFFFFFF)
_HALF = uint64(32)


def words(key: Key, start: int, count: int) -> NDArray[uint32]:
    """The words ``start .. start + count`` of the key's stream.

    Args:
        key: From ``derive_key``.
        start: Index of the first word, ``0 <= start``.
        count: How many, ``start + count <= 2**66``.

    Returns:
        Shape ``(count,)``, exact; word ``i`` depends on the key and ``i`` alone.

    Raises:
        InputError: The range does not lie in the stream.

    >>> whole = words(Key((0, 0, 0, 0)), 0, 10)
    >>> bool((words(Key((0, 0, 0, 0)), 3, 7) == whole[3:]).all())
    True
    """
    check_range(start, count)
    first, skip = divmod(start, LANES)
    blocks = np.arange((skip + count + LANES - 1) // LANES, dtype=uint64)
    blocks += uint64(first) if len(blocks) else uint64(0)
    return block_words(key, blocks).reshape(-1)[skip : skip + count]


def block_words(key: Key, blocks: NDArray[uint64]) -> NDArray[uint32]:
    """The four words of each numbered block.

    Args:
        key: From ``derive_key``.
        blocks: Numbers of blocks, any shape.

    Returns:
        Shape ``(*blocks.shape, 4)``, exact.
    """
    k0, k1, c2, c3 = key.words
    x = [blocks & _WORD, blocks >> _HALF, np.full_like(blocks, c2), np.full_like(blocks, c3)]
    spare = np.empty_like(blocks)
    for step0, step1 in round_keys(k0, k1):
        spare = _one_round(x, spare, uint64(step0), uint64(step1))
    out = np.empty((*blocks.shape, LANES), dtype=uint32)
    for lane in range(LANES):
        out[..., lane] = x[lane]
    return out


def round_keys(k0: int, k1: int) -> Iterator[tuple[int, int]]:
    """The pair of keys of each round, a Weyl sequence that starts at ``(k0, k1)``."""
    for step in range(ROUNDS):
        yield (k0 + step * WEYL[0]) % 2**32, (k1 + step * WEYL[1]) % 2**32


def check_range(start: int, count: int) -> None:
    """Refuse what does not lie in a stream."""
    if start < 0 or count < 0 or start + count > STREAM_LENGTH:
        raise errors.InputError(
            f"words {start} to {start} + {count} were asked for",
            needed="0 <= start, 0 <= count and start + count <= 2**66",
            do="pass the element's index in the whole tensor as start",
        )


def _one_round(
    x: list[NDArray[uint64]], spare: NDArray[uint64], k0: uint64, k1: uint64
) -> NDArray[uint64]:
    """One round, in place on 64-bit lanes below ``2**32``; returns the array that is left over."""
    np.multiply(x[0], uint64(MULTIPLIERS[0]), out=x[0])
    np.multiply(x[2], uint64(MULTIPLIERS[1]), out=x[2])
    np.right_shift(x[2], _HALF, out=spare)
    spare ^= x[1]
    spare ^= k0
    np.right_shift(x[0], _HALF, out=x[1])
    x[3] ^= x[1]
    x[3] ^= k1
    x[0] &= _WORD
    x[2] &= _WORD
    x[0], x[1], x[2], x[3], free = spare, x[2], x[3], x[0], x[1]
    return free
