import hashlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isometry import errors, rng


def test_a_key_is_the_digest_of_what_it_is_derived_from() -> None:
    message = struct.pack("<Q", 2) + b"v1" + struct.pack("<Q", 7)
    message += struct.pack("<Q", 9) + b"fc.weight"
    digest = hashlib.blake2b(message, digest_size=16, person=b"isometry").digest()
    assert rng.derive_key(7, "fc.weight").words == struct.unpack("<4I", digest)


DIFFERENT = [
    rng.derive_key(0, ""),
    rng.derive_key(0, "ab"),
    rng.derive_key(0, "abc"),
    rng.derive_key(1, "ab"),
    rng.derive_key(2**64 - 1, "ab"),
    rng.derive_key(0, "ab", member=0),
    rng.derive_key(0, "ab", member=1),
    rng.derive_key(1, "ab", member=0),
    rng.derive_key(0, "abm" + "\0" * 8),
    rng.derive_key(0, "ab", version="v2"),
    rng.derive_key(0, "1ab", version="v"),
]


def test_nothing_runs_into_its_neighbour() -> None:
    assert len({key.words for key in DIFFERENT}) == len(DIFFERENT)


@given(
    st.lists(
        st.tuples(st.integers(0, 2**64 - 1), st.text(st.characters(codec="utf-8"))), unique=True
    )
)
def test_different_seeds_or_paths_give_different_keys(pairs: list[tuple[int, str]]) -> None:
    assert len({rng.derive_key(*pair) for pair in pairs}) == len(pairs)


@pytest.mark.parametrize("seed", [np.int64(7), np.uint64(7)])
def test_numpys_whole_numbers_are_seeds(seed: int) -> None:
    assert rng.derive_key(seed, "w") == rng.derive_key(7, "w")


@pytest.mark.parametrize("seed", [-1, 2**64, True, 1.0, "0"])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(errors.InputError) as caught:
        rng.derive_key(seed, "fc.weight")
    assert str(caught.value) == (
        f"fc.weight: seed is {seed!r}. Needed: a whole number from 0 to 2**64 - 1. "
        "Do: pass seed=0 or another int."
    )


def test_a_member_out_of_range_is_refused() -> None:
    with pytest.raises(errors.InputError) as caught:
        rng.derive_key(0, "fc.weight", member=-1)
    assert str(caught.value) == (
        "fc.weight: member is -1. Needed: a whole number from 0 to 2**64 - 1. "
        "Do: pass member=0 or another int."
    )


@pytest.mark.parametrize("path", [b"fc", None, "\ud800"])
def test_a_path_that_is_no_text_is_refused(path: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        rng.derive_key(0, path)
    assert str(caught.value) == (
        f"path is {path!r}. Needed: text that UTF-8 can encode. Do: pass path as a plain str."
    )


@pytest.mark.parametrize("word", [-1, 2**32])
def test_a_key_holds_32_bit_words(word: int) -> None:
    with pytest.raises(errors.InputError) as caught:
        rng.Key((0, 1, 2, word))
    assert str(caught.value) == (
        f"the words of a key are (0, 1, 2, {word}). Needed: four whole numbers from 0 to 2**32 - 1."
        " Do: call derive_key(seed, path)."
    )
