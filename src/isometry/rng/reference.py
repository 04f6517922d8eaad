"""The reference engine: the law in NumPy, in chunks that fit the second cache level."""

from typing import assert_never

import numpy as np
from numpy import float32, float64, int32, int64, uint32, uint64
from numpy.typing import NDArray

from isometry.rng import philox, reflections, table, workers
from isometry.rng.boxes import Runs
from isometry.rng.integers import MIDDLE, IntegerLaw
from isometry.rng.keys import Key
from isometry.rng.laws import Law, Normal

CHUNK = 2**16
"""Elements worked on at a time."""

_DOUBLE_MANTISSA = 52
_DOUBLE_BIAS = 1023
_HALF = uint64(32)
_WORD = uint64(0xFFFFFFFF)


def draw(key: Key, law: Law, start: int, count: int) -> NDArray[float32]:
    """The elements ``start .. start + count`` of the tensor that ``key`` and ``law`` define.

    Args:
        key: From ``derive_key``.
        law: Any law.
        start: Row-major index of the first element in the whole tensor.
        count: How many.

    Returns:
        Shape ``(count,)``, exact.

    Raises:
        InputError: The range does not lie in the stream of ``2**66`` words.

    >>> from isometry.rng import Uniform, derive_key
    >>> key = derive_key(0, "fc.weight")
    >>> bool((draw(key, Uniform(-1.0, 1.0), 0, 9)[4:] == draw(key, Uniform(-1.0, 1.0), 4, 5)).all())
    True
    """
    philox.check_range(start, count)
    out = np.empty(count, dtype=float32)
    fill(out, key, law.integer, start, 1)
    return out


def fill(out: NDArray[np.generic], key: Key, law: IntegerLaw, start: int, crew: int) -> None:
    """Write the elements from ``start`` on into a one-dimensional array of any supported dtype."""

    def write(first: int, stop: int) -> None:
        for low in range(first, stop, CHUNK):
            part = out[low : min(low + CHUNK, stop)]
            part[:] = values(philox.words(key, start + low, len(part)), law)

    workers.spread(write, len(out), crew=crew, least=4 * CHUNK, multiple=CHUNK)


def fill_runs(out: NDArray[np.generic], runs: Runs, key: Key, law: IntegerLaw, crew: int) -> None:
    """Write runs of equal length into the columns ``runs.place`` of a matrix."""
    columns = out[:, runs.place]
    if runs.length >= CHUNK:
        for row, start in zip(columns, runs.starts.tolist(), strict=True):
            fill(row, key, law, start, crew)
        return
    workers.spread(
        lambda first, stop: _fill_short(columns[first:stop], key, law, runs.starts[first:stop]),
        len(columns),
        crew=crew,
        least=max(1, 4 * CHUNK // runs.length),
    )


reflect = reflections.reflect


def _fill_short(
    out: NDArray[np.generic], key: Key, law: IntegerLaw, starts: NDArray[uint64]
) -> None:
    """Many short runs at once: the blocks that hold them, then the words that they begin at."""
    length = out.shape[1]
    per_run = (length + 2 * philox.LANES - 2) // philox.LANES
    step = max(1, CHUNK // (per_run * philox.LANES))
    for first in range(0, len(out), step):
        part = starts[first : first + step]
        blocks = (part // uint64(philox.LANES))[:, None] + np.arange(per_run, dtype=uint64)
        stream = philox.block_words(key, blocks).reshape(len(part), -1)
        skip = (part % uint64(philox.LANES)).astype(int64)[:, None]
        chosen = np.take_along_axis(stream, skip + np.arange(length), axis=1)
        out[first : first + step] = values(chosen, law)


def gaussian(key: Key, start: int, count: int) -> NDArray[float64]:
    """Unit normal values as whole multiples of ``2**-27``, for matrix schemes.

    Args:
        key: From ``derive_key``.
        start: Index of the first word.
        count: How many.

    Returns:
        Shape ``(count,)``, exact: ``draw(key, Normal(), ...)`` without its rounding to float32.
    """
    unit = float64(2.0**-table.UNIT_BITS)
    return numbers(philox.words(key, start, count), Normal().integer).astype(float64) * unit


def values(words: NDArray[uint32], law: IntegerLaw) -> NDArray[float32]:
    """The float32 value of each word, any shape, exact."""
    return numbers(words, law).astype(float32) * float32(law.scale)


def numbers(words: NDArray[uint32], law: IntegerLaw) -> NDArray[int32]:
    """The whole number of each word, any shape, exact; ``integers`` states the law."""
    q = words
    if law.span:
        q = (np.multiply(words, uint64(law.span), dtype=uint64) >> _HALF).astype(uint32)
        q += uint32(law.base)
    match law.family:
        case "lattice":
            return (q.view(int32) << int32(law.shift)) + int32(law.offset)
        case "normal":
            return _normal_numbers(q, law)
    assert_never(law.family)


def _normal_numbers(q: NDArray[uint32], law: IntegerLaw) -> NDArray[int32]:
    """Octave, step and place are read off the bits of ``u`` as a double, which holds it exactly."""
    lower = np.less(q, uint32(MIDDLE))
    sign = lower.view(np.int8).astype(int32)
    np.negative(sign, out=sign)
    u = (~q ^ sign.view(uint32)) << uint32(1) | uint32(1)
    bits = u.astype(float64).view(uint64)
    step_shift = uint64(_DOUBLE_MANTISSA - table.STEP_BITS)
    k = (bits >> step_shift).view(int64) - (_DOUBLE_BIAS << table.STEP_BITS)
    f = (bits >> (step_shift - _HALF)) & _WORD
    z = table.normal_nodes()[k]
    z -= ((table.normal_drops()[k] * f) >> _HALF).astype(uint32)
    if law.shift:
        z = (z + uint32((1 << law.shift) >> 1)) >> uint32(law.shift)
    return (z.view(int32) ^ sign) - sign + int32(law.offset)
