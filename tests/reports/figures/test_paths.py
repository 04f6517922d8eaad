import numpy as np
import pytest

from isometry.reports.figures.paths import UNSEEN, path, sparse, spread_out
from isometry.reports.figures.plot import apart


def walk(count: int) -> list[tuple[float, float]]:
    heights = np.random.default_rng(0).normal(size=count).cumsum() * 8
    return [(700.0 * k / count, float(height)) for k, height in enumerate(heights)]


def test_a_thinned_curve_is_nowhere_off_by_what_is_seen() -> None:
    full, kept = walk(190), sparse(walk(190))
    between = np.interp([x for x, _ in full], *np.array(kept).T)
    assert len(kept) < len(full)
    assert np.abs(between - [y for _, y in full]).max() <= 10 * UNSEEN


def test_a_straight_curve_is_two_points() -> None:
    assert sparse([(float(k), 2.0 * k) for k in range(100)]) == [(0.0, 0.0), (99.0, 198.0)]


@pytest.mark.parametrize("most", [50, 200])
def test_a_long_curve_keeps_its_peaks(most: int) -> None:
    full = walk(5000)
    kept = sparse(full, most=most)
    assert len(kept) <= most
    heights = [y for _, y in full]
    assert {min(heights), max(heights)} <= {y for _, y in kept}


def test_steps_do_not_drift() -> None:
    places = walk(500)
    numbers = path(places).replace("-", " -").replace("M", "").replace("l", " ").split()
    found = np.cumsum(np.array(numbers, dtype=float).reshape(-1, 2), axis=0)
    assert np.abs(found - np.array(places)).max() <= 0.05 + 1e-9


def test_no_points_are_no_path() -> None:
    assert (path([]), sparse([]), path([(1.0, 2.0)])) == ("", [], "M1 2")


@pytest.mark.parametrize("count", [61, 200, 1000])
def test_what_is_spread_out_has_its_ends(count: int) -> None:
    found = spread_out(count, 28)
    gaps = np.diff(found)
    assert (found[0], found[-1], len(found)) == (0, count - 1, 28)
    assert gaps.max() - gaps.min() <= 1


def test_labels_keep_apart_within_bounds() -> None:
    heights = np.random.default_rng(1).uniform(0, 100, 8).tolist()
    placed = np.array(apart(heights, gap=12.0, low=0.0, high=100.0))
    assert np.diff(np.sort(placed)).min() >= 12.0 - 1e-9
    assert (np.argsort(placed) == np.argsort(heights)).all()
    assert (placed.min() >= 0.0, placed.max() <= 100.0) == (True, True)


def test_labels_with_room_stay() -> None:
    assert apart([80.0, 20.0], gap=12.0, low=0.0, high=100.0) == [80.0, 20.0]
