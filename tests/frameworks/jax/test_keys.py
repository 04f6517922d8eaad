"""A traced seed gives the key that the concrete one gives."""

import hashlib

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isometry import errors, rng
from isometry.frameworks.jax import keys

BLOCK_FULL = 128 - 8 - len(rng.VERSION) - 8 - 8
"""Bytes of path that fill the hash's first block to the last byte."""


def traced(seed: int, path: str) -> tuple[int, ...]:
    words = jax.jit(keys.derive_words, static_argnums=1)(keys.seed_words(seed), path)
    return tuple(int(word) for word in words)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**64 - 1), path=st.text(max_size=40))
def test_traced_and_concrete_keys_agree(seed: int, path: str) -> None:
    words = tuple(int(word) for word in keys.derive_words(keys.seed_words(seed), path))
    assert words == rng.derive_key(seed, path).words


@pytest.mark.parametrize("length", [0, BLOCK_FULL - 1, BLOCK_FULL, BLOCK_FULL + 1, 300])
def test_paths_of_any_number_of_blocks_agree_under_jit(length: int) -> None:
    assert traced(2**64 - 1, "p" * length) == rng.derive_key(2**64 - 1, "p" * length).words


def test_the_key_is_the_standard_librarys_digest() -> None:
    message = b"\x02" + bytes(7) + b"v1" + (5).to_bytes(8, "little") + b"\x01" + bytes(7) + b"w"
    digest = hashlib.blake2b(message, digest_size=16, person=b"isometry").digest()
    words = b"".join(word.to_bytes(4, "little") for word in traced(5, "w"))
    assert words == digest


@pytest.mark.parametrize("seed", [0, 7, 2**31, 2**32 - 1])
def test_a_new_key_of_jax_stands_for_its_own_number(seed: int) -> None:
    assert keys.seed_words(jax.random.key(seed)).tolist() == keys.seed_words(seed).tolist()


def test_old_and_new_style_keys_are_one() -> None:
    old, new = jax.random.PRNGKey(3), jax.random.key(3)
    assert keys.seed_words(old).tolist() == keys.seed_words(new).tolist()


def test_split_keys_stand_for_other_seeds() -> None:
    left, right = jax.random.split(jax.random.key(0))
    assert keys.seed_words(left).tolist() != keys.seed_words(right).tolist()


def test_a_key_of_four_words_is_refused() -> None:
    with pytest.raises(errors.InputError) as caught:
        keys.seed_words(jax.random.key(0, impl="rbg"))
    assert str(caught.value) == (
        "the key holds uint32[4]. Needed: one key of two 32-bit words, or a whole number. "
        "Do: make it by jax.random.key(seed, impl='threefry2x32'), or pass seed as an int."
    )


def test_several_keys_at_once_are_refused() -> None:
    with pytest.raises(errors.InputError, match=r"the key holds uint32\[3, 2\]"):
        keys.seed_words(jax.random.split(jax.random.key(0), 3))


@pytest.mark.parametrize("seed", [-1, 2**64, True])
def test_what_is_no_seed_is_refused(seed: int) -> None:
    with pytest.raises(errors.InputError, match="seed is"):
        keys.seed_words(seed)


def test_a_key_that_is_data_of_another_dtype_is_refused() -> None:
    with pytest.raises(errors.InputError, match=r"the key holds int32\[2\]"):
        keys.seed_words(jnp.array([0, 1]))
