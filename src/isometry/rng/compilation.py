"""From a law's parameters to its ``IntegerLaw``, or an error that says why there is none."""

import functools
import math
from dataclasses import replace

from numpy import float32

from isometry import errors
from isometry.rng import table
from isometry.rng.integers import (
    INT32_LIMIT,
    LARGEST,
    LATTICE_BITS,
    SMALLEST_NORMAL,
    WORDS,
    IntegerLaw,
    checked_scale,
    first_word,
)

LEAST_SPAN = 2**16
"""Fewest words that may fall between the bounds of a truncated normal law."""


def constant(value: float) -> IntegerLaw:
    """Every word gives ``value``: ``n = 1`` and the scale is the value."""
    if abs(value) > LARGEST or 0 < abs(value) < SMALLEST_NORMAL:
        raise errors.InputError(
            f"value is {value!r}",
            needed="0, or a magnitude from 2**-126 to 3.4e38, so that it is a normal float32",
            do="pass another value",
        )
    return IntegerLaw("lattice", base=0, span=1, offset=1, shift=0, scale=float(float32(value)))


def sign(magnitude: float) -> IntegerLaw:
    """``n = 2 (w div 2**31) - 1``."""
    scale = checked_scale(magnitude, 1.0, f"Sign(magnitude={magnitude!r})")
    return IntegerLaw("lattice", base=0, span=2, offset=-1, shift=1, scale=scale)


@functools.lru_cache(maxsize=4096)
def uniform(low: float, high: float) -> IntegerLaw:
    """Symmetric: ``n = 2 (w div 2**8) + 1 - 2**24``; otherwise ``n = first + mulhi(w, span)``."""
    what = f"Uniform(low={low!r}, high={high!r})"
    unit = max(abs(low), abs(high)) * 2.0**-LATTICE_BITS
    scale = checked_scale(unit, 2.0**LATTICE_BITS, what)
    law = IntegerLaw("lattice", base=0, span=2**LATTICE_BITS, offset=0, shift=0, scale=scale)
    if low == -high:
        return replace(law, offset=1 - 2**LATTICE_BITS, shift=1)
    first, stop = _lattice_index(low, scale), _lattice_index(high, scale)
    if first >= stop:
        raise errors.InputError(
            f"{what} holds no float32", needed="bounds further apart", do="use Constant"
        )
    return replace(law, span=stop - first, offset=first)


@functools.lru_cache(maxsize=4096)
def normal(mean: float, std: float) -> IntegerLaw:
    """``n = offset + z``, with ``z`` rounded to fewer bits where ``mean`` needs the room."""
    what = f"a normal law of mean {mean!r} and std {std!r}"
    shift = _room_for(abs(mean) / std, what)
    largest = table.largest_magnitude() / 2**shift
    unit = std * 2.0 ** (shift - table.UNIT_BITS)
    scale = checked_scale(unit, abs(mean) / unit + largest + 1, what)
    return IntegerLaw(
        "normal", base=0, span=0, offset=round(mean / scale), shift=shift, scale=scale
    )


@functools.lru_cache(maxsize=4096)
def truncated(mean: float, std: float, low: float, high: float) -> IntegerLaw:
    """The parent's law on the words whose values lie in ``[low, high]``."""
    parent = normal(mean, std)
    first, stop = first_word(parent, low), first_word(parent, high, strict=True)
    if stop - first < LEAST_SPAN:
        raise errors.InputError(
            f"{max(stop - first, 0) / WORDS:.2g} of a normal law of mean {mean!r} and std {std!r} "
            f"lies between {low!r} and {high!r}",
            needed="at least 2**-16 of it",
            do="widen the bounds, or use Uniform for a narrow interval",
        )
    return parent if stop - first == WORDS else replace(parent, base=first, span=stop - first)


def _room_for(ratio: float, what: str) -> int:
    """The least shift for which ``|mean|`` and the largest ``z`` fit an int32 together."""
    for shift in range(table.UNIT_BITS + 1):
        needed = (ratio * 2**table.UNIT_BITS + table.largest_magnitude()) / 2**shift
        if needed < INT32_LIMIT - 2:
            return shift
    raise errors.InputError(
        f"{what} is constant in float32", needed="std above |mean| / 10**9", do="use Constant"
    )


def _lattice_index(bound: float, scale: float) -> int:
    """The least ``n`` whose value reaches ``bound``, both as float32."""
    target = float(float32(bound))
    index = math.ceil(target / scale)  # reaches it, but so may one below that is rounded up
    while float(float32(index - 1) * float32(scale)) >= target:
        index -= 1
    return index
