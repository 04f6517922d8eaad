"""What every engine needs of a law: a few integers and one float32.

From a word ``w`` to a value, where every step but the last two is 32-bit integer arithmetic and
``mulhi(a, b) = a * b div 2**32``::

    q = base + mulhi(w, span)                        (q = w where span is 0)
    LATTICE    n = offset + q * 2**shift
    NORMAL     t = q if q < 2**31 else 2**32 - 1 - q         distance from the nearer end
               u = 2 t + 1                                   tail probability in units of 2**-33
               s = floor(log2(u)); m = u * 2**(31 - s)       octave, mantissa with its top bit set
               j = m div 2**23 mod 2**8                      step in the octave
               f = m * 2**9 mod 2**32                        place in the step, in units of 2**-32
               z = node[2**8 s + j] - mulhi(drop[2**8 s + j], f)
               z = (z + 2**shift div 2) div 2**shift
               n = offset - z if q < 2**31 else offset + z
    value = float32(n) * scale                       one conversion, one multiplication

The conversion rounds to the nearest, ties to even. No step can be contracted to a fused
multiply-add, so engines agree exactly.
"""

import math
from dataclasses import dataclass
from typing import Literal, assert_never

import numpy as np
from numpy import float32

from isometry import errors
from isometry.rng import table

Family = Literal["lattice", "normal"]

SMALLEST_NORMAL = 2.0**-126
"""Below this float32 is subnormal, which some devices flush to zero."""
LARGEST = float(np.finfo(float32).max)
MIDDLE = 2**31
"""The first word of the upper half."""
WORDS = 2**32
INT32_LIMIT = 2**31
LATTICE_BITS = 24
"""Bits of a float32's significand: a lattice of whole numbers below 2**24 is converted exactly."""


@dataclass(frozen=True, slots=True)
class IntegerLaw:
    """A law from word to value, as in the module's docstring.

    Attributes:
        family: Which of the two formulas gives ``n``.
        base: Unsigned 32-bit.
        span: Unsigned 32-bit; 0 means that ``q`` is the word itself.
        offset: Signed 32-bit.
        shift: From 0 to 27.
        scale: A number that float32 holds exactly; the value of one unit of ``n``.
    """

    family: Family
    base: int
    span: int
    offset: int
    shift: int
    scale: float

    @property
    def largest(self) -> float:
        """The largest magnitude of any value, before it is rounded to another dtype."""
        ends = (self.number(0), self.number(WORDS - 1))
        return max(abs(float(float32(n) * float32(self.scale))) for n in ends)

    def number(self, word: int) -> int:
        """The whole number ``n`` of one word; never falls as ``word`` grows."""
        q = self.base + (word * self.span >> 32) if self.span else word
        match self.family:
            case "lattice":
                return self.offset + (q << self.shift)
            case "normal":
                return self.offset + rounded_shift(unit_normal(q), self.shift)
        assert_never(self.family)

    def value(self, word: int) -> float:
        """The float32 value of one word."""
        return float(float32(self.number(word)) * float32(self.scale))


def unit_normal(q: int) -> int:
    """The unit normal law of one word, in units of ``2**-27``.

    >>> unit_normal(2**31 - 1), unit_normal(2**31)
    (-1, 1)
    >>> round(unit_normal(2**32 - 1) / 2**27, 3)
    6.338
    """
    upper = q >= MIDDLE
    u = 2 * (WORDS - 1 - q if upper else q) + 1
    s = u.bit_length() - 1
    m = u << (31 - s)
    k = (s << table.STEP_BITS) + (m >> (31 - table.STEP_BITS)) - (1 << table.STEP_BITS)
    f = (m << (1 + table.STEP_BITS)) % WORDS
    z = int(table.normal_nodes()[k]) - (int(table.normal_drops()[k]) * f >> 32)
    return z if upper else -z


def rounded_shift(z: int, shift: int) -> int:
    """``z / 2**shift`` to the nearest whole number, halves away from zero."""
    magnitude = abs(z) + ((1 << shift) >> 1) >> shift
    return magnitude if z >= 0 else -magnitude


def first_word(law: IntegerLaw, bound: float, *, strict: bool = False) -> int:
    """The first word whose value is at least ``bound`` (above it if ``strict``), up to ``2**32``.

    Bisection, which finds it because values never fall as words grow.
    """
    low, high = 0, WORDS
    while low < high:
        middle = (low + high) // 2
        value = law.value(middle)
        reached = value > bound if strict else value >= bound
        low, high = (low, middle) if reached else (middle + 1, high)
    return low


def checked_scale(scale: float, largest: float, what: str) -> float:
    """``scale`` in float32, if neither it nor ``largest`` times it leaves float32's range."""
    if not (math.isfinite(scale) and scale * largest <= LARGEST):
        raise errors.InputError(
            f"{what} gives values above {LARGEST:.3g}",
            needed="values that float32 can hold",
            do="choose smaller numbers",
        )
    if scale < SMALLEST_NORMAL:
        raise errors.InputError(
            f"{what} has steps of {scale:.3g}",
            needed="steps of at least 2**-126, so that no value is a subnormal float32",
            do="choose larger numbers, or Constant(0.0)",
        )
    return float(float32(scale))
