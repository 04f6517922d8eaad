"""Courses as bars: gaps, cuts and level lines."""

import math

from isometry.reports.bars import depth_bars, even_bars


def test_what_is_not_finite_leaves_a_gap() -> None:
    assert depth_bars([1.0, math.nan, 0.01, math.inf], 8) == "█ ▁ "
    assert depth_bars([math.nan, math.nan], 8) == ""
    assert depth_bars([], 8) == ""


def test_neighbours_share_a_bar_where_room_is_short() -> None:
    values = [10.0**-i for i in range(20)]
    assert depth_bars(values, 20).startswith("███▇▇")
    assert len(depth_bars(values, 8)) == 8
    assert depth_bars(values, 4) == "█▆▃▁"
    assert depth_bars([1.0, math.nan, 0.01, 0.01], 2) == "█▁"


def test_less_than_two_decades_do_not_fill_the_height() -> None:
    assert depth_bars([1.0, 0.3], 8) == "▆▄"
    assert depth_bars([1.0, 0.003], 8) == "█▁"


def test_noise_is_a_level_line() -> None:
    assert depth_bars([1.1, 0.9, 1.2, 0.85, 1.0], 8) == "▅▅▅▅▅"


def test_a_zero_is_the_least_that_can_be() -> None:
    assert depth_bars([1.0, 0.0, 0.0], 8) == "█▁▁"


def test_an_even_scale_spans_what_is_asked_for() -> None:
    assert even_bars([0.0, 1.0, 2.0], 8, least=0.0) == "▁▅█"
    assert even_bars([0.0, 1.0, 2.0], 8, least=8.0) == "▄▅▆"
    assert even_bars([3.0, 3.0], 8, least=0.0) == "▅▅"
    assert even_bars([1.0, math.inf, -1.0], 8, least=0.0) == "█ ▁"
