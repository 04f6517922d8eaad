"""What spectral norm leaves, against singular values that numpy draws."""

import math

import numpy as np
import pytest

from isometry.plans.forecast import spectral


def simulated(rows: int, columns: int) -> float:
    w = np.random.default_rng(5).standard_normal((200, rows, columns))
    largest = np.linalg.svd(w, compute_uv=False)[:, 0]
    return float(np.mean((w**2).mean((1, 2)) / largest**2))


@pytest.mark.parametrize("shape", [(4, 4), (8, 48), (64, 16)])
def test_the_share_of_a_small_matrix_meets_simulation(shape: tuple[int, int]) -> None:
    found = spectral.share(*shape)
    assert found == pytest.approx(simulated(*shape), rel=0.02)
    settled = 1 / (math.sqrt(shape[0]) + math.sqrt(shape[1])) ** 2
    assert settled != pytest.approx(simulated(*shape), rel=0.04)


def test_one_row_is_as_long_as_its_singular_value() -> None:
    assert spectral.share(1, 16) == spectral.share(16, 1) == 1 / 16


def test_a_large_matrix_is_where_drawn_ones_lead() -> None:
    ratio = spectral.share(128, 129) / spectral.share(128, 128)
    assert ratio == pytest.approx(
        (math.sqrt(128) * 2) ** 2 / (math.sqrt(128) + math.sqrt(129)) ** 2, rel=0.01
    )
