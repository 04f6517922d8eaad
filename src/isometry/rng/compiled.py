"""The compiled engine: the reference's bits, from the loops of ``kernels``, on several threads."""

import functools

import ml_dtypes
import numpy as np
from numpy import float32, float64, int64, uint16, uint32, uint64
from numpy.typing import NDArray

from isometry.rng import kernels, table, workers
from isometry.rng.boxes import Runs
from isometry.rng.integers import WORDS, IntegerLaw
from isometry.rng.keys import Key
from isometry.rng.philox import LANES
from isometry.rng.reflections import Reflections

LEAST = 2**17
"""Fewest elements that repay a thread."""
SCRATCH = 2**16
"""Elements made at a time for a dtype that has no loop of its own."""
LOOPS = (np.dtype(float32), np.dtype(ml_dtypes.bfloat16))
"""Dtypes that have one."""


def fill(out: NDArray[np.generic], key: Key, law: IntegerLaw, start: int, crew: int) -> None:
    """Write the elements from ``start`` on into a one-dimensional array of any supported dtype."""
    write = _write if out.dtype in LOOPS else _write_through

    def span(first: int, stop: int) -> None:
        block, lane = divmod(start + first, LANES)
        begin = np.array([block], dtype=uint64), np.array([lane], dtype=int64)
        write(out[first:stop], kernels.Places(*begin, 0, 0, stop - first), key, law)

    workers.spread(span, len(out), crew=crew, least=LEAST, multiple=kernels.CHUNK)


def fill_runs(out: NDArray[np.generic], runs: Runs, key: Key, law: IntegerLaw, crew: int) -> None:
    """Write runs of equal length into the columns ``runs.place`` of a contiguous matrix."""
    rows, width = out.shape
    flat, write = out.reshape(-1), _write if out.dtype in LOOPS else _write_through
    if rows < 2 * crew:
        for row, start in enumerate(runs.starts.tolist()):
            place = row * width + runs.place.start
            fill(flat[place : place + runs.length], key, law, start, crew)
        return

    def span(first: int, stop: int) -> None:
        blocks, lanes = np.divmod(runs.starts[first:stop], uint64(LANES))
        begin = blocks, lanes.astype(int64), first * width + runs.place.start
        write(flat, kernels.Places(*begin, width, runs.length), key, law)

    workers.spread(span, rows, crew=crew, least=max(1, LEAST // runs.length))


def reflect(q: NDArray[float64], first: int, stop: int, reflections: Reflections) -> None:
    """Apply all reflections, last to first, then the signs, to columns ``first .. stop``."""
    r = reflections
    kernels.reflect(q[:, first:stop], first, (r.vectors, r.starts, r.factors, r.signs))


def _write(out: NDArray[np.generic], places: kernels.Places, key: Key, law: IntegerLaw) -> None:
    """Write runs with the loop for the dtype of ``out``."""
    given = np.array(key.words, dtype=uint64), _numbers(law), _buffers()
    if out.dtype == float32:
        kernels.fill_single(out.view(float32), places, *given)
    else:
        kernels.fill_brain(out.view(uint16), places, *given)


def _write_through(
    out: NDArray[np.generic], places: kernels.Places, key: Key, law: IntegerLaw
) -> None:
    """Make float32 values in a scratch array, and let NumPy round them into ``out``."""
    for done in range(0, places.length, SCRATCH):
        length = min(SCRATCH, places.length - done)
        blocks, first = places.blocks + uint64(done // LANES), places.first + done
        part = kernels.Places(blocks, places.lanes, first, places.stride, length)
        _write_columns(out, part, key, law)


def _write_columns(
    out: NDArray[np.generic], places: kernels.Places, key: Key, law: IntegerLaw
) -> None:
    """Write runs of at most ``SCRATCH`` elements, as many at a time as fit."""
    rows, length = len(places.blocks), places.length
    step = max(1, SCRATCH // length)
    scratch = np.empty((min(step, rows), length), dtype=float32)
    for row in range(0, rows, step):
        blocks, lanes = places.blocks[row : row + step], places.lanes[row : row + step]
        part = scratch[: len(blocks)]
        _write(part.reshape(-1), kernels.Places(blocks, lanes, 0, length, length), key, law)
        begin = places.first + row * places.stride
        _rows(out[begin:], len(part), places)[:] = part


def _rows(out: NDArray[np.generic], count: int, places: kernels.Places) -> NDArray[np.generic]:
    """The elements that ``count`` runs go to, as a matrix that shares the memory of ``out``."""
    strides = (places.stride * out.itemsize, out.itemsize)
    # NumPy cannot make strided arrays of every dtype it does not define itself: of integers it can.
    bits = out.view(f"u{out.itemsize}")
    rows = np.lib.stride_tricks.as_strided(bits, (count, places.length), strides)
    return rows.view(out.dtype)


def _numbers(law: IntegerLaw) -> kernels.Numbers:
    return kernels.Numbers(
        normal=law.family == "normal",
        base=uint32(law.base),
        span=uint32(law.span),
        offset=uint32(law.offset % WORDS),
        shift=uint32(law.shift),
        half=uint32((1 << law.shift) >> 1),
        scale=float32(law.scale),
    )


def _buffers() -> kernels.Buffers:
    """Fresh working memory, so that no two threads share any."""
    return kernels.Buffers(
        words=np.empty(kernels.CHUNK, dtype=uint32),
        steps=np.empty(kernels.CHUNK, dtype=uint32),
        pairs=np.empty(kernels.CHUNK, dtype=uint64),
        table=_pairs(),
    )


@functools.cache
def _pairs() -> NDArray[uint64]:
    """Node and drop of each step in one number, so that one load brings both."""
    return (table.normal_nodes()[:-1].astype(uint64) << uint64(32)) | table.normal_drops()
