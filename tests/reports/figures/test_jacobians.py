"""Picture 7."""

import re

import numpy as np
import pytest

from isometry.reports import figures
from tests.reports.figures import drawings

VALUES = np.exp(np.random.default_rng(0).normal(0.0, 2.0, 500)).tolist()


def counts(figure: figures.Figure, name: str) -> list[tuple[int, float]]:
    """What each bar says, and how tall it is."""
    groups = [
        one for one in drawings.marks(drawings.parsed(figure.svg)) if one.get("data-layer") == name
    ]
    said = [re.match(r"\w+: (\d+) from", one.get("aria-label") or "") for one in groups]
    tall = [float(next(one.iter("rect")).get("height") or 0) for one in groups]
    return [(int(match[1]), height) for match, height in zip(said, tall, strict=True) if match]


def test_every_value_is_in_a_bar() -> None:
    found = counts(figures.jacobian_spectrum(VALUES), "now")
    assert sum(count for count, _ in found) == 500


def test_heights_are_counts() -> None:
    number, tall = np.array(counts(figures.jacobian_spectrum(VALUES), "now")).T
    assert tall / number == pytest.approx(np.full(len(tall), 110.0 / number.max()), rel=0.06)


def test_before_and_after_share_an_axis() -> None:
    figure = figures.jacobian_spectrum(VALUES, [1.0] * 500)
    ((count, tall),) = counts(figure, "after")
    assert (count, round(tall)) == (500, 110)
    assert [row[0] for row in figure.rows] == ["now", "after"]
    assert figure.rows[1][1:] == ("500", "1", "1", "1", "1", "0")


def test_what_cannot_be_told_from_zero_is_counted_apart() -> None:
    figure = figures.jacobian_spectrum([0.0, 1e-17, 0.5, 2.0])
    assert sum(count for count, _ in counts(figure, "now")) == 2
    words = drawings.words(drawings.parsed(figure.svg))
    assert "now: from 0.5 to 2, a factor of 4; 2 of 4 near 0" in words


@pytest.mark.parametrize("values", [[0.0, 0.0], [], [float("nan")]])
def test_no_values_are_still_a_picture(values: list[float]) -> None:
    figure = figures.jacobian_spectrum(values)
    assert drawings.marks(drawings.parsed(figure.svg)) == []
    assert figure.rows[0][2:6] == ("–", "–", "–", "–")


def test_one_least_and_greatest_are_marked() -> None:
    words = drawings.words(drawings.parsed(figures.jacobian_spectrum(VALUES).svg))
    assert {"1", "least", "greatest"} <= {*words}
