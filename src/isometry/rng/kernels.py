"""Loops that numba compiles: the only file that imports it.

Each loop runs over a chunk of 2**10 words that stays in the first cache level, does one kind of
work, and keeps lanes independent, so that LLVM turns it into vector instructions. Looking up the
table has a loop of its own because LLVM vectorises nothing that stands beside it: apart, the normal
law measured twice as fast. Philox lanes are held as 64-bit numbers whose upper half may be
anything: the multiplier reads the lower half only.

Nothing here is contracted or reassociated: numba leaves ``fastmath`` off, so a product that is
added stays two roundings, and sums are taken in the order written.

Whatever is compiled stands in this one file, since numba's cache on disk looks at the age of a
loop's own file alone; of other files, only constants are used that are frozen with the law.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np

# llvmlite has no annotations
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic
from numpy import float32, float64, int32, int64, uint16, uint32, uint64
from numpy.typing import NDArray

from isometry.rng import philox, table

CHUNK = 1024
"""Words worked on at a time: 16 KiB of buffers beside 24 KiB of often used table."""

PANEL = 32
"""Columns that are reflected together: four vector registers of sums."""
EIGHT = 8
"""Doubles in the widest vector register."""
_CHUNK_BLOCKS = uint64(CHUNK // philox.LANES)

_Loop = TypeVar("_Loop", bound=Callable[..., Any])

_M0, _M1 = (uint64(factor) for factor in philox.MULTIPLIERS)
_W0, _W1 = (uint64(step) for step in philox.WEYL)
_WORD, _HALF, _ONE = uint64(0xFFFFFFFF), uint64(32), uint32(1)
_STEPS, _STEP_MASK = uint32(table.STEP_BITS), uint32((1 << table.STEP_BITS) - 1)
_TO_STEP, _TO_PLACE = uint32(31 - table.STEP_BITS), uint32(1 + table.STEP_BITS)
_TOP, _SIGN = uint32(31), int32(31)


class Numbers(NamedTuple):
    """An ``IntegerLaw`` in machine types."""

    normal: bool
    base: uint32
    span: uint32
    offset: uint32
    shift: uint32
    half: uint32
    scale: float32


class Places(NamedTuple):
    """Runs of equal length: where they begin in the stream, and where they go.

    Run ``r`` begins at lane ``lanes[r]`` of block ``blocks[r]`` and goes to ``first + r * stride``.
    """

    blocks: NDArray[uint64]
    lanes: NDArray[int64]
    first: int
    stride: int
    length: int


class Buffers(NamedTuple):
    """Working memory of one thread, and the table as pairs (node, drop) in one 64-bit number."""

    words: NDArray[uint32]
    steps: NDArray[uint32]
    pairs: NDArray[uint64]
    table: NDArray[uint64]


def _compiled(loop: _Loop) -> _Loop:
    """Compile at the first call, run without the interpreter lock, keep the result on disk.

    Where neither this folder nor the user's cache can be written, every process compiles anew.
    """
    try:
        return cast(_Loop, numba.njit(cache=True, nogil=True)(loop))
    except RuntimeError:
        return cast(_Loop, numba.njit(nogil=True)(loop))


def _zeros_code(_context: object, _word: object) -> tuple[object, object]:
    """Zero bits above the highest one bit of a 32-bit number."""

    def generate(context: Any, builder: Any, _signature: object, given: Any) -> object:
        return builder.ctlz(given[0], context.get_constant(types.boolean, 0))

    return types.uint32(types.uint32), generate


def _bits_code(_context: object, _value: object) -> tuple[object, object]:
    """The 32 bits of a float32."""

    def generate(context: Any, builder: Any, _signature: object, given: Any) -> object:
        return builder.bitcast(given[0], context.get_value_type(types.uint32))

    return types.uint32(types.float32), generate


def _subtract_code(
    _context: object, to: Any, _at: object, _factor: object, source: Any, _start: object
) -> tuple[object, object]:
    """``to[at + l] -= factor * source[start + l]`` for eight entries, as one vector.

    LLVM cannot do this by itself, because it has to think that the arrays overlap.
    """

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> object:
        def place(array: int) -> Any:
            data = context.make_array(signature.args[array])(context, builder, given[array]).data
            return builder.bitcast(builder.gep(data, [given[array + 1]]), vector.as_pointer())

        def loaded(pointer: Any) -> Any:
            return builder.load(pointer, align=8)

        vector = ir.VectorType(ir.DoubleType(), EIGHT)
        factors = ir.Constant(vector, ir.Undefined)
        for lane in range(EIGHT):
            index = ir.Constant(ir.IntType(32), lane)
            factors = builder.insert_element(factors, given[2], index)
        product = builder.fmul(factors, loaded(place(3)))
        builder.store(builder.fsub(loaded(place(0)), product), place(0), align=8)
        return context.get_dummy_value()

    return types.void(to, types.intp, types.float64, source, types.intp), generate


_leading_zeros = cast(Callable[[uint32], uint32], intrinsic(_zeros_code))
_subtract_eight = cast(Callable[..., None], intrinsic(_subtract_code))
_bits = cast(Callable[[float32], uint32], intrinsic(_bits_code))


@_compiled
def _philox(out: NDArray[uint32], block: uint64, count: int, key: NDArray[uint64]) -> None:
    k0, k1, c2, c3 = key[0], key[1], key[2], key[3]
    for i in range(count):
        counter = block + uint64(i)
        x0, x1, x2, x3 = counter, counter >> _HALF, c2, c3
        for step in range(philox.ROUNDS):
            low, high = (x0 & _WORD) * _M0, (x2 & _WORD) * _M1
            x0 = (high >> _HALF) ^ x1 ^ (k0 + uint64(step) * _W0)
            x2 = (low >> _HALF) ^ x3 ^ (k1 + uint64(step) * _W1)
            x1, x3 = high, low
        out[4 * i] = uint32(x0)
        out[4 * i + 1] = uint32(x1)
        out[4 * i + 2] = uint32(x2)
        out[4 * i + 3] = uint32(x3)


@_compiled
def _squeeze(words: NDArray[uint32], count: int, base: uint32, span: uint32) -> None:
    for i in range(count):
        words[i] = uint32(base + uint32((uint64(words[i]) * uint64(span)) >> _HALF))


@_compiled
def _lattice(words: NDArray[uint32], count: int, law: Numbers) -> None:
    for i in range(count):
        words[i] = uint32(law.offset + uint32(words[i] << law.shift))


@_compiled
def _step(words: NDArray[uint32], steps: NDArray[uint32], count: int) -> None:
    """Leaves the place in the step in ``words``, and the sign in its lowest bit, which is free."""
    for i in range(count):
        word = uint32(~words[i])
        lower = uint32(int32(word) >> _SIGN)
        tail = uint32(uint32(uint32(word ^ lower) << _ONE) | _ONE)
        zeros = _leading_zeros(tail)
        mantissa = uint32(tail << zeros)
        octave = uint32(uint32(_TOP - zeros) << _STEPS)
        steps[i] = uint32(octave + uint32(uint32(mantissa >> _TO_STEP) & _STEP_MASK))
        words[i] = uint32(uint32(mantissa << _TO_PLACE) | uint32(lower & _ONE))


@_compiled
def _look(pairs: NDArray[uint64], nodes: NDArray[uint64], steps: NDArray[uint32], n: int) -> None:
    for i in range(n):
        pairs[i] = nodes[uint64(steps[i])]


@_compiled
def _between(words: NDArray[uint32], pairs: NDArray[uint64], count: int, law: Numbers) -> None:
    for i in range(count):
        place, pair = uint32(words[i] & uint32(~_ONE)), pairs[i]
        lower = uint32(uint32(0) - uint32(words[i] & _ONE))
        drop = uint32((uint64(uint32(pair)) * uint64(place)) >> _HALF)
        z = uint32(uint32(pair >> _HALF) - drop)
        z = uint32(uint32(z + law.half) >> law.shift)
        words[i] = uint32(uint32(uint32(z ^ lower) - lower) + law.offset)


@_compiled
def _numbers(
    buffers: Buffers, block: uint64, count: int, key: NDArray[uint64], law: Numbers
) -> None:
    """The whole numbers of ``count`` words, from the first of ``block`` on, in place."""
    words = buffers.words
    _philox(words, block, (count + 3) // 4, key)
    if law.span != uint32(0):
        _squeeze(words, count, law.base, law.span)
    if law.normal:
        _step(words, buffers.steps, count)
        _look(buffers.pairs, buffers.table, buffers.steps, count)
        _between(words, buffers.pairs, count, law)
    else:
        _lattice(words, count, law)


@_compiled
def _emit(out: NDArray[float32], words: NDArray[uint32], scale: float32) -> None:
    for i in range(len(out)):
        out[i] = float32(int32(words[i])) * scale


@_compiled
def _emit_brain(out: NDArray[uint16], words: NDArray[uint32], scale: float32) -> None:
    """bfloat16 is the upper half of float32, rounded to the nearest, ties to even."""
    for i in range(len(out)):
        bits = _bits(float32(int32(words[i])) * scale)
        odd = uint32(uint32(bits >> uint32(16)) & _ONE)
        out[i] = uint16(uint32(bits + uint32(0x7FFF) + odd) >> uint32(16))


@_compiled
def fill_single(
    out: NDArray[float32], runs: Places, key: NDArray[uint64], law: Numbers, b: Buffers
) -> None:
    """Write float32 runs into a one-dimensional array."""
    for r in range(len(runs.blocks)):
        block, skip, done = runs.blocks[r], int(runs.lanes[r]), 0
        while done < runs.length:
            count, at = min(CHUNK - skip, runs.length - done), runs.first + r * runs.stride + done
            _numbers(b, block, skip + count, key, law)
            _emit(out[at : at + count], b.words[skip:], law.scale)
            block, skip, done = uint64(block + _CHUNK_BLOCKS), 0, done + count


@_compiled
def fill_brain(
    out: NDArray[uint16], runs: Places, key: NDArray[uint64], law: Numbers, b: Buffers
) -> None:
    """Write the bits of bfloat16 runs into a one-dimensional array."""
    for r in range(len(runs.blocks)):
        block, skip, done = runs.blocks[r], int(runs.lanes[r]), 0
        while done < runs.length:
            count, at = min(CHUNK - skip, runs.length - done), runs.first + r * runs.stride + done
            _numbers(b, block, skip + count, key, law)
            _emit_brain(out[at : at + count], b.words[skip:], law.scale)
            block, skip, done = uint64(block + _CHUNK_BLOCKS), 0, done + count


@_compiled
def _dot(dots: NDArray[float64], u: NDArray[float64], panel: NDArray[float64]) -> None:
    """``u . panel``, each column summed in the order of rows, eight of them at a time."""
    dots[:] = 0.0
    whole = len(u) - len(u) % 8
    for i in range(0, whole, 8):
        for j in range(PANEL):
            total = dots[j]
            for step in range(8):
                total += u[i + step] * panel[i + step, j]
            dots[j] = total
    for i in range(whole, len(u)):
        for j in range(PANEL):
            dots[j] += u[i] * panel[i, j]


@_compiled
def _subtract(panel: NDArray[float64], u: NDArray[float64], weights: NDArray[float64]) -> None:
    """``panel - u weights``."""
    for i in range(len(u)):
        for j in range(0, PANEL, EIGHT):
            _subtract_eight(panel, i * PANEL + j, u[i], weights, j)


@_compiled
def reflect(
    q: NDArray[float64],
    first: int,
    reflections: tuple[NDArray[float64], NDArray[int64], NDArray[float64], NDArray[float64]],
) -> None:
    """Apply reflections and signs to columns ``first, first + 1, ...``, which are ``q``."""
    vectors, starts, factors, signs = reflections
    panel, dots = np.empty((len(q), PANEL)), np.empty(PANEL)
    for low in range(0, q.shape[1], PANEL):
        width = min(PANEL, q.shape[1] - low)
        panel[:] = 0.0
        panel[:, :width] = q[:, low : low + width]
        for k in range(first + low + width - 1, -1, -1):
            u = vectors[starts[k] : starts[k + 1]]
            _dot(dots, u, panel[k:])
            _subtract(panel[k:], u, dots * factors[k])
        q[:, low : low + width] = panel[:, :width] * signs[first + low : first + low + width]
