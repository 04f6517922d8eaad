"""Textures against gradients that are drawn: what queries and keys get from uneven positions."""

import math

import numpy as np
import pytest

from isometry.plans.forecast.textures import SMOOTH, Array, texture_of

DRAWS, WIDTH = 400, 64


def waves(places: int) -> Array:
    """Rows of sines and cosines (Vaswani et al. 2017, section 3.5)."""
    angles = np.arange(places)[:, None] / 10000 ** (np.arange(16)[None, :] / 16)
    return np.concatenate([np.sin(angles), np.cos(angles)], 1)


def white(places: int, seed: int) -> Array:
    """Independent rows, so wide that they hardly agree by chance."""
    return np.random.default_rng(seed).normal(size=(places, 4096))


def drawn(rows: Array, *, causal: bool) -> tuple[float, float]:
    """Mean squares of the gradients of queries and keys, of equal attention to values of rows."""
    places, generator = len(rows), np.random.default_rng(0)
    queries = keys = 0.0
    for _ in range(DRAWS):
        value, key = (rows @ generator.normal(size=(rows.shape[1], WIDTH)) for _ in range(2))
        sent, query = generator.normal(size=(2, places, WIDTH))
        seen = np.tril(np.ones((places, places))) if causal else np.ones((places, places))
        weights = seen / seen.sum(1, keepdims=True)
        met = sent @ value.T
        logits = weights * (met - (weights * met).sum(1, keepdims=True))
        queries += float(((logits @ key) ** 2).mean()) / DRAWS
        keys += float(((logits.T @ query) ** 2).mean()) / DRAWS
    return queries, keys


def free(rows: Array) -> float:
    """What positions do not share, over all of them."""
    return float(((rows - rows.mean(0)) ** 2).sum()) / (len(rows) - 1)


def expected(places: int, level: float, *, causal: bool) -> tuple[float, float]:
    """The same of positions that are all alike: ``(n - 1)/n²`` of ``n`` in sight."""
    sizes = [n + 1 if causal else places for n in range(places)]
    kept = sum((n - 1) / n**2 for n in sizes) / places * WIDTH
    return kept * level**2, kept * level


@pytest.mark.parametrize("causal", [False, True])
def test_a_texture_says_how_far_waves_are_from_even(*, causal: bool) -> None:
    rows, texture = waves(8), texture_of(waves(8))
    even = expected(8, free(rows), causal=causal)
    real = drawn(rows, causal=causal)
    factors = (texture.causal, texture.level) if causal else (texture.full, 1.0)
    assert real == pytest.approx([a * b for a, b in zip(even, factors, strict=True)], rel=0.1)


def test_waves_taken_for_even_are_far_off() -> None:
    queries, _ = drawn(waves(8), causal=False)
    assert queries / expected(8, free(waves(8)), causal=False)[0] > 1.5
    _, keys = drawn(waves(8), causal=True)
    assert keys / expected(8, free(waves(8)), causal=True)[1] < 0.8


def test_wide_white_rows_are_even() -> None:
    made = texture_of(white(8, 0))
    assert made.full == pytest.approx(1.0, abs=0.02)
    assert made.causal == pytest.approx(1.0, abs=0.1)
    assert made.level == pytest.approx(1.0, abs=0.05)


def test_a_sum_has_the_texture_of_its_rows() -> None:
    turned = np.random.default_rng(1).normal(size=(32, 4096)) / math.sqrt(32)
    one, other = waves(8) @ turned, white(8, 2)
    share = free(one) / (free(one) + free(other))
    mixed, real = texture_of(waves(8)).mixed(SMOOTH, share), texture_of(one + other)
    assert mixed.full == pytest.approx(real.full, rel=0.05)
    assert mixed.causal == pytest.approx(real.causal, rel=0.1)
    assert mixed.level == pytest.approx(real.level, rel=0.05)


def test_one_row_and_equal_rows_are_smooth() -> None:
    assert texture_of(waves(1)) == SMOOTH
    assert texture_of(np.ones((4, 8))) == SMOOTH
