import json

import pytest

from tests.rng import golden

FROZEN = json.loads(golden.FILE.read_text(encoding="utf-8"))


def test_every_case_has_a_hash_and_every_hash_a_case() -> None:
    assert list(FROZEN) == list(golden.CASES)


@pytest.mark.parametrize("name", golden.CASES)
def test_the_bits_of_version_1(name: str) -> None:
    assert golden.CASES[name]() == FROZEN[name]


def test_other_values_have_another_hash() -> None:
    assert len(set(FROZEN.values())) > len(FROZEN) / 2
    assert FROZEN["normal float32 from 0"] != FROZEN[f"normal float32 from {2**33 + 5}"]
