import math
from itertools import pairwise

import pytest

from isometry.reports.figures.scales import Scale, decades, percent, power, short


def test_an_even_axis_has_round_ticks() -> None:
    assert Scale(-1.0, 1.0).ticks(5) == (
        (-1.0, "−1"),
        (-0.5, "−0.5"),
        (0, "0"),
        (0.5, "0.5"),
        (1, "1"),
    )


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.3), (-4.44, 4.44), (0.0, 2999.0), (1.0, 200.0)])
def test_ticks_are_few_even_and_within(low: float, high: float) -> None:
    ticks = [value for value, _ in Scale(low, high).ticks(6)]
    steps = {round(b - a, 9) for a, b in pairwise(ticks)}
    assert (len(steps), ticks[0] >= low - 1e-12, ticks[-1] <= high + 1e-12) == (1, True, True)
    assert 3 <= len(ticks) <= 7


def test_whole_numbers_alone_are_named() -> None:
    assert Scale(1.0, 2.0, "whole").ticks(4) == ((1.0, "1"), (2.0, "2"))
    assert Scale(1.0, 20.0, "whole").ticks(4) == Scale(1.0, 20.0).ticks(4)


def test_decades_have_powers_of_ten() -> None:
    ticks = Scale(1e-16, 1.0, "decades").ticks(6)
    assert [name for _, name in ticks] == ["10⁻¹⁶", "10⁻¹³", "10⁻¹⁰", "10⁻⁷", "10⁻⁴", "10⁻¹"]


def test_around_zero_both_sides_have_decades() -> None:
    ticks = Scale(-100.0, 100.0, "around_zero").ticks(6)
    assert [name for _, name in ticks] == ["−10²", "−10¹", "−10⁰", "0", "10⁰", "10¹", "10²"]


def test_no_ticks() -> None:
    assert Scale(0.0, 1.0).ticks(0) == ()


@pytest.mark.parametrize(
    ("scale", "value", "part"),
    [
        (Scale(0.0, 4.0), 1.0, 0.25),
        (Scale(0.0, 4.0), 9.0, 1.0),
        (Scale(0.01, 1.0, "decades"), 0.1, 0.5),
        (Scale(0.01, 1.0, "decades"), 0.0, 0.0),
        (Scale(0.01, 1.0, "decades"), math.inf, 1.0),
        (Scale(-8.0, 8.0, "around_zero"), 0.0, 0.5),
    ],
)
def test_where_a_number_lies(scale: Scale, value: float, part: float) -> None:
    assert scale.part(value) == pytest.approx(part, abs=1e-12)


def test_what_is_small_is_even_around_zero_and_what_is_large_runs_by_decades() -> None:
    scale = Scale(-1e4, 1e4, "around_zero")
    assert scale.stretch(0.0, 0.02) == pytest.approx(2 * scale.stretch(0.0, 0.01), rel=1e-3)
    assert scale.stretch(10.0, 100.0) == pytest.approx(scale.stretch(100.0, 1000.0), rel=0.01)


def test_a_flat_course_spans_decades() -> None:
    assert decades([0.7, 0.71]) == Scale(0.1, 10.0, "decades")
    assert decades([0.0, math.nan, math.inf]) == Scale(0.1, 10.0, "decades")
    assert decades([3e-16, 1.0]) == Scale(1e-16, 1.0, "decades")


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e-12, "1e−12"), (-0.25, "−0.25"), (123456.0, "123000"), (1.5e10, "1.5e10"), (0.0, "0")],
)
def test_numbers_in_words(value: float, text: str) -> None:
    assert short(value) == text


def test_other_words() -> None:
    assert (percent(0.5), power(12)) == ("50 %", "10¹²")
