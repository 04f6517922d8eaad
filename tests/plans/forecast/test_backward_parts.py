"""Gradients that are confined to some channels, as of the maps that one weight holds."""

import numpy as np
import pytest

from isometry.plans.forecast.backward_state import GradientSignal

CHANNELS, DRAWS = 300, 4000


def part(square: float) -> GradientSignal:
    """A third of the channels: of kurtosis 3 there, and zero elsewhere."""
    return GradientSignal(square / 3, kurtosis=7.0, part=1 / 3)


def spread(levels: tuple[float, float, float]) -> float:
    """Relative variance of the mean square of one draw whose thirds have these mean squares."""
    normal = np.random.default_rng(0).normal(size=(DRAWS, 3, CHANNELS // 3))
    squares = (normal**2 * np.array(levels)[:, None]).mean((1, 2))
    return float(squares.var() / squares.mean() ** 2)


@pytest.mark.parametrize("levels", [(1.0, 1.0, 1.0), (1.0, 0.0, 0.0), (4.0, 1.0, 0.25)])
def test_parts_side_by_side_vary_as_much_as_they_do(levels: tuple[float, float, float]) -> None:
    first, second, third = map(part, levels)
    whole = first.plus(second).plus(third)
    assert (whole.kurtosis - 1) / CHANNELS == pytest.approx(spread(levels), rel=0.08)
    assert whole.part == pytest.approx(1.0)


def test_paths_that_meet_in_all_channels_stay_normal() -> None:
    assert GradientSignal(1.0).plus(GradientSignal(2.0)).kurtosis == pytest.approx(3.0)


def test_what_one_path_has_seen_counts_by_its_share() -> None:
    one, other = GradientSignal(3.0, seen=4.0), GradientSignal(1.0)
    assert one.plus(other).seen == pytest.approx(3.0)
