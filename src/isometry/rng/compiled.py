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


def fill(out: NDArray[np.generic], key: Key, law: IntegerLaw, start: int, crew: int) -> None:
    """Write the elements from ``start`` on into a one-dimensional array of any supported dtype."""

    def write(first: int, stop: int) -> None:
        block, lane = divmod(start + first, LANES)
        blocks, lanes = np.array([block], dtype=uint64), np.array([lane], dtype=int64)
        _write(out[first:stop], kernels.Places(blocks, lanes, 0, 0, stop - first), key, law)

    workers.spread(write, len(out), crew=crew, least=LEAST, multiple=kernels.CHUNK)


def fill_runs(out: NDArray[np.generic], runs: Runs, key: Key, law: IntegerLaw, crew: int) -> None:
    """Write runs of equal length into the columns ``runs.place`` of a contiguous matrix."""
    rows, width = out.shape
    flat = out.reshape(-1)
    if rows < 2 * crew:
        for row, start in enumerate(runs.starts.tolist()):
            place = row * width + runs.place.start
            fill(flat[place : place + runs.length], key, law, start, crew)
        return

    def write(first: int, stop: int) -> None:
        blocks, lanes = np.divmod(runs.starts[first:stop], uint64(LANES))
        place = first * width + runs.place.start
        _write(
            flat, kernels.Places(blocks, lanes.astype(int64), place, width, runs.length), key, law
        )

    workers.spread(write, rows, crew=crew, least=max(1, LEAST // runs.length))


def reflect(q: NDArray[float64], first: int, stop: int, reflections: Reflections) -> None:
    """Apply all reflections, last to first, then the signs, to columns ``first .. stop``."""
    r = reflections
    kernels.reflect(q[:, first:stop], first, (r.vectors, r.starts, r.factors, r.signs))


def _write(out: NDArray[np.generic], places: kernels.Places, key: Key, law: IntegerLaw) -> None:
    """Write runs with the loop for the dtype of ``out``."""
    words = np.array(key.words, dtype=uint64)
    if out.dtype == float32:
        kernels.fill_single(out.view(float32), places, words, _numbers(law), _buffers())
    elif out.dtype == ml_dtypes.bfloat16:
        kernels.fill_brain(out.view(uint16), places, words, _numbers(law), _buffers())
    else:
        _write_through(out, places, key, law)


def _write_through(
    out: NDArray[np.generic], places: kernels.Places, key: Key, law: IntegerLaw
) -> None:
    """Make float32 values in a scratch array, and let NumPy round them into ``out``."""
    scratch = np.empty(min(SCRATCH, places.length), dtype=float32)
    for row, (block, lane) in enumerate(zip(places.blocks, places.lanes, strict=True)):
        place = places.first + row * places.stride
        for done in range(0, places.length, SCRATCH):
            count = min(SCRATCH, places.length - done)
            begin = np.array([block + uint64(done // LANES)]), np.array([lane])
            _write(scratch[:count], kernels.Places(*begin, 0, 0, count), key, law)
            out[place + done : place + done + count] = scratch[:count]


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
