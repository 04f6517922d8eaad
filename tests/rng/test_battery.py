"""The battery itself: what it must pass and reject, on few words and, marked slow, on 1 GiB."""

import numpy as np
import pytest

from isometry import rng
from isometry.rng import philox
from tests.rng import battery

SMALL = battery.CHUNK
CONTROL = battery.GIBIBYTE // 64


def linear(multiplier: int, modulus_bits: int) -> battery.Stream:
    """``x[i] = multiplier**i x[0] mod 2**modulus_bits``, moved up to 32 bits."""

    def words(start: int, count: int) -> battery.Words:
        first = pow(multiplier, start + 1, 2**32) * 12345 % 2**32
        factors = np.full(count, multiplier, dtype=np.uint32)
        factors[0] = first
        return np.multiply.accumulate(factors, dtype=np.uint32) << np.uint32(32 - modulus_bits)

    return words


def failures(stream: battery.Stream, count: int) -> list[str]:
    limit = battery.threshold(len(battery.STREAMS) * len(battery.TESTS))
    return [each.name for each in battery.examined(stream, count) if not each.smallest > limit]


def test_the_stream_passes_on_few_words() -> None:
    assert failures(battery.STREAMS["one key"][0], SMALL) == []


def test_randu_fails_on_few_words() -> None:
    assert len(failures(linear(65539, 31), SMALL)) >= 5


@pytest.mark.slow
@pytest.mark.parametrize("name", battery.STREAMS)
def test_one_gibibyte_passes(name: str) -> None:
    stream, less = battery.STREAMS[name]
    assert failures(stream, battery.GIBIBYTE // less) == []


@pytest.mark.slow
@pytest.mark.parametrize(("multiplier", "modulus_bits"), [(65539, 31), (1664525, 32)])
def test_congruential_generators_fail(multiplier: int, modulus_bits: int) -> None:
    assert len(failures(linear(multiplier, modulus_bits), CONTROL)) >= 5


@pytest.mark.slow
def test_philox_with_too_few_rounds_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(philox, "ROUNDS", 3)
    assert failures(battery.key_stream(rng.derive_key(0, "w")), CONTROL)
