"""What the runs of a cell say together."""

import math
import random

import pytest
from scipy import stats

from benchmarks.arena import standings
from benchmarks.arena.limits import limits
from benchmarks.arena.standings import Standing, board, chance, fewer, rivals
from tests.benchmarks.results import RELU, at, played, run

SEEDS = range(limits(RELU).seeds)


def standing(steps: dict[float, list[int | None]]) -> Standing:
    return board(at(RELU, dict(steps)))[RELU]


def test_the_best_rate_has_the_least_median() -> None:
    one = standing({1e-3: [10, 90, 95], 3e-3: [40, 50, 60]})
    assert (one.rate, one.median, one.steps) == (3e-3, 50, (40, 50, 60))


def test_of_equal_rates_the_smaller_is_the_best() -> None:
    assert standing({1e-3: [40, 50, 60], 3e-3: [50, 50, 50]}).rate == 1e-3


def test_a_window_holds_the_rates_that_the_median_seed_reaches() -> None:
    one = standing({1e-4: [None, None, 5], 1e-3: [None, 9, 5], 1e-2: [7, 9, 5]})
    assert one.window == (1e-3, 1e-2)


def test_where_nothing_reaches_the_best_score_counts() -> None:
    found = [run(RELU, 1e-3, seed, None, 0.3) for seed in SEEDS]
    found += [run(RELU, 3e-3, seed, None, 0.7) for seed in SEEDS]
    one = board(found)[RELU]
    assert (one.reaches, one.window, one.rate, one.best) == (False, (), 3e-3, 0.7)


def test_a_cell_is_complete_with_every_seed_at_every_rate() -> None:
    runs = list(played(RELU, 30))
    assert board(runs)[RELU].complete
    assert not board(runs[:-1])[RELU].complete


def test_runs_beyond_the_limits_do_not_count() -> None:
    runs = [*played(RELU, 30), run(RELU, 0.5, 0, 1), run(RELU, 1e-3, 99, 1)]
    assert len(board(runs)[RELU].rows) == len(runs) - 2


def test_rivals_come_quickest_first_and_whole() -> None:
    he, lecun, torch = (RELU.under(name) for name in ("he", "lecun", "torch"))
    found = [*played(RELU, 10), *played(he, 60), *played(lecun, 40), run(torch, 1e-3, 0, 1)]
    assert [one.cell.recipe for one in rivals(board(found), RELU)] == ["lecun", "he"]


@pytest.mark.parametrize("seed", range(20))
def test_chance_is_that_of_the_exact_rank_test(seed: int) -> None:
    draw = random.Random(seed)
    values = draw.sample(range(100), 8)
    lower, higher = tuple(values[:5]), tuple(values[5:])
    exact = stats.mannwhitneyu(lower, higher, alternative="less", method="exact")
    assert chance(lower, higher) == pytest.approx(exact.pvalue, rel=1e-12)


def test_chance_takes_equal_values_at_their_middle_rank() -> None:
    assert chance((1, 2), (2, 3)) == pytest.approx(2 / 6)
    assert chance((math.inf, math.inf), (math.inf, math.inf)) == 1.0


@pytest.mark.parametrize(
    ("lower", "higher", "conclusive"),
    [
        ((1, 2, 3), (4, 5, 6), True),
        ((1, 2, 4), (3, 5, 6), False),
        ((1, 2, 3), (3, 5, 6), False),
        ((1, 2, 3), (4, 5, math.inf), True),
        ((4, 5, 6), (1, 2, 3), False),
        ((1, 2, 3, 4, 7), (5, 6, 8, 9, 10), True),
    ],
)
def test_ranges_of_three_seeds_that_touch_are_not_conclusive(
    lower: tuple[float, ...], higher: tuple[float, ...], conclusive: bool
) -> None:
    assert fewer(lower, higher) is conclusive


def test_false_alarms_are_as_rare_as_stated() -> None:
    draw = random.Random(0)
    trials = 4000
    alarms = sum(
        fewer(tuple(draw.random() for _ in range(3)), tuple(draw.random() for _ in range(3)))
        for _ in range(trials)
    )
    # Five standard deviations of a binomial with the stated rate.
    wide = 5 * math.sqrt(standings.LEVEL * (1 - standings.LEVEL) / trials)
    assert abs(alarms / trials - standings.LEVEL) < wide
