"""64-bit arithmetic on pairs of 32-bit words agrees with Python's whole numbers."""

import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isometry.frameworks.jax import integers
from isometry.frameworks.jax.integers import Wide

WORDS = st.integers(0, 2**32 - 1)
NUMBERS = st.integers(0, 2**64 - 1)


def number(wide: Wide) -> int:
    return int(wide.low) | int(wide.high) << 32


@given(WORDS, WORDS)
def test_mulhi_is_the_upper_half_of_the_product(a: int, b: int) -> None:
    assert int(integers.mulhi(jnp.uint32(a), jnp.uint32(b))) == a * b >> 32


@given(NUMBERS, NUMBERS)
def test_addition_carries_and_wraps(a: int, b: int) -> None:
    assert number(integers.add(integers.wide(a), integers.wide(b))) == (a + b) % 2**64


@given(NUMBERS, NUMBERS)
def test_exclusive_or_is_bitwise(a: int, b: int) -> None:
    assert number(integers.xor(integers.wide(a), integers.wide(b))) == a ^ b


@pytest.mark.parametrize("bits", [1, 16, 24, 31, 32, 33, 63])
def test_rotation_moves_bits_round(bits: int) -> None:
    value = 0x0123456789ABCDEF
    expected = (value >> bits | value << (64 - bits)) % 2**64
    assert number(integers.rotate_right(integers.wide(value), bits)) == expected
