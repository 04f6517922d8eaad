"""The bits of every scheme are frozen: another hash is another version, never an edit.

New rows are printed and added by ``python tools/golden.py``.
"""

import pytest

from isometry import rng, schemes
from tests.schemes.cases import SMALL
from tests.schemes.fingerprints import NAMES, fingerprint, golden

LIBM = {"computed"}
"""Schemes that use functions of the C library, whose last bit differs between machines."""

FROZEN = [name for name in NAMES if SMALL[name.partition(" / ")[0]][0].name not in LIBM]


def test_the_version_is_the_one_that_was_frozen() -> None:
    assert rng.VERSION == "v1"


@pytest.mark.parametrize("name", FROZEN)
def test_bits_are_as_released(name: str) -> None:
    assert fingerprint(name) == golden()[name]


def test_no_released_bits_are_forgotten() -> None:
    assert set(golden()) == set(FROZEN)


def test_another_seed_gives_other_bits() -> None:
    assert fingerprint("normal / float32") != fingerprint("normal shifted / float32")


@pytest.mark.parametrize("name", schemes.names())
def test_every_scheme_has_a_row(name: str) -> None:
    assert schemes.scheme_type(name).name in {scheme.name for scheme, _ in SMALL.values()}
