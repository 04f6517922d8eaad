import math

import numpy as np
import pytest

from isometry.measurements import activations


def equally_alike(count: int, cosine: float) -> np.ndarray:
    return np.full((count, count), cosine) + (1 - cosine) * np.eye(count)


@pytest.mark.parametrize("count", [2, 5, 16])
def test_unlike_samples_silence_a_unit_by_chance_alone(count: int) -> None:
    assert activations.chance(equally_alike(count, 0.0)) == pytest.approx(2.0**-count, rel=1e-6)


def test_two_samples_silence_a_unit_as_often_as_their_angle_says() -> None:
    """Both of two normal numbers are negative with probability 1/4 + asin(c) / 2π (Sheppard)."""
    cosine = 0.8
    exact = 0.25 + math.asin(cosine) / (2 * math.pi)
    assert activations.chance(equally_alike(2, cosine)) == pytest.approx(exact, rel=1e-4)


def test_like_samples_are_as_one() -> None:
    assert activations.chance(equally_alike(8, 1.0)) == 0.5
    assert activations.chance(np.zeros((0, 0))) == 0.5


def test_many_alike_samples_are_as_a_simulation_says() -> None:
    generator = np.random.default_rng(0)
    shared = generator.normal(size=(200_000, 1)) * math.sqrt(0.6)
    drawn = shared + generator.normal(size=(200_000, 6)) * math.sqrt(0.4)
    simulated = float((drawn < 0).all(1).mean())
    assert activations.chance(equally_alike(6, 0.6)) == pytest.approx(simulated, rel=0.02)


def test_the_normal_histogram_is_one() -> None:
    counts = np.array(activations.NORMAL.counts, dtype=float)
    centres = activations.NORMAL.centres
    assert counts @ centres**2 / counts.sum() == pytest.approx(1.0, rel=1e-2)
