"""32-bit integer arithmetic in jnp, wide enough for 64-bit numbers without x64.

A 64-bit number is a pair ``Wide(low, high)`` of uint32 arrays.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

HALF_MASK = 0xFFFF
"""The lower 16 bits of a word."""


class Wide(NamedTuple):
    """A number of 64 bits.

    Attributes:
        low: Its lower 32 bits, uint32.
        high: Its upper 32 bits, uint32, of the same shape.
    """

    low: Array
    high: Array


def word(value: int) -> Array:
    """A Python number as a uint32 scalar, ``0 <= value < 2**32``."""
    return jnp.asarray(value, dtype=jnp.uint32)


def mulhi(a: Array, b: Array) -> Array:
    """``a * b div 2**32`` of uint32, by 16-bit halves: no product leaves 32 bits.

    >>> int(mulhi(word(0xFFFFFFFF), word(0xFFFFFFFF))) == (2**32 - 1) ** 2 >> 32
    True
    """
    a0, a1 = a & HALF_MASK, a >> 16
    b0, b1 = b & HALF_MASK, b >> 16
    middle = a1 * b0 + (a0 * b0 >> 16)
    cross = a0 * b1 + (middle & HALF_MASK)
    return a1 * b1 + (middle >> 16) + (cross >> 16)


def wide(value: int) -> Wide:
    """A Python number as a pair of scalars, ``0 <= value < 2**64``."""
    return Wide(word(value & 0xFFFFFFFF), word(value >> 32))


def add(a: Wide, b: Wide) -> Wide:
    """``a + b mod 2**64``."""
    low = a.low + b.low
    return Wide(low, a.high + b.high + (low < a.low).astype(jnp.uint32))


def xor(a: Wide, b: Wide) -> Wide:
    """Bitwise exclusive or."""
    return Wide(a.low ^ b.low, a.high ^ b.high)


def rotate_right(a: Wide, bits: int) -> Wide:
    """Rotation of the 64 bits to the right, ``0 < bits < 64``."""
    low, high = (a.low, a.high) if bits < 32 else (a.high, a.low)
    step = bits % 32
    if step == 0:
        return Wide(low, high)
    return Wide((low >> step) | (high << (32 - step)), (high >> step) | (low << (32 - step)))
