"""The loss, and the slopes of signal and gradient, over a run."""

import math

import numpy as np
import pytest

from isometry.errors import InputError
from isometry.reports import figures
from isometry.reports.figures.paths import Place
from tests.reports.figures import drawings

FALLING = [(10.0 * k, 10.0**-k) for k in range(5)]
NAN, INF = math.nan, math.inf


def dots(figure: figures.Figure) -> list[tuple[float, float]]:
    """Where curves end."""
    circles = [next(one.iter("circle")) for one in drawings.marks(drawings.parsed(figure.svg))]
    return [(float(one.get("cx") or 0), float(one.get("cy") or 0)) for one in circles]


def curves(figure: figures.Figure) -> list[drawings.Array]:
    root = drawings.parsed(figure.svg)
    return [drawings.spots(one) for one in root.iter("path") if one.get("stroke-width") == "1.6"]


def test_a_loss_that_falls_by_decades_is_a_straight_line() -> None:
    (drawn,) = curves(figures.loss_lines({"a": FALLING}))
    assert len(drawn) == 2  # nothing between the ends of a straight line is kept
    assert drawn[0][1] < drawn[1][1]


def test_a_loss_that_falls_little_is_on_an_even_scale() -> None:
    even = [(10.0 * k, 5.0 - k) for k in range(4)]
    (drawn,) = curves(figures.loss_lines({"a": even}))
    assert len(drawn) == 2
    assert len(curves(figures.loss_lines({"a": FALLING[:2]}))[0]) == 2


@pytest.mark.parametrize("loss", [0.0, -1.0, 2.5])
def test_a_loss_that_stays_is_a_picture(loss: float) -> None:
    figure = figures.loss_lines({"a": [(0, loss), (5, loss)]})
    assert dots(figure) == [(580.0, 126.0)]


def test_the_number_at_the_end_is_said() -> None:
    runs: dict[str, list[Place]] = {"a": FALLING, "b": [(0, 1.0), (10, 0.5), (20, NAN)]}
    root = drawings.parsed(figures.loss_lines(runs).svg)
    assert [one.get("aria-label") for one in drawings.marks(root)] == [
        "a: loss 0.0001 at step 40",
        "b: loss 0.5 at step 10",
    ]
    assert figures.loss_lines(runs).rows == (("a", "1", "1", "0.0001"), ("b", "1", "1", "0.5"))


def test_runs_of_other_lengths_share_their_steps() -> None:
    figure = figures.loss_lines({"a": FALLING, "b": FALLING[:3]})
    (long, _), (short, _) = dots(figure)
    assert (short - 48) / (long - 48) == pytest.approx(0.5)


def test_no_number_is_a_gap_and_an_infinite_one_lies_on_the_edge() -> None:
    figure = figures.loss_lines({"a": [(0, 1.0), (1, NAN), (2, 2.0), (3, INF)]})
    root = drawings.parsed(figure.svg)
    curve = next(one for one in root.iter("path") if one.get("stroke-width") == "1.6")
    assert (curve.get("d") or "").count("M") == 2
    assert next(root.iter("circle")).get("fill") == "none"
    assert dots(figure)[0][1] == 26.0


def test_a_run_that_lost_its_loss_at_once_has_no_dot() -> None:
    root = drawings.parsed(figures.loss_lines({"a": FALLING, "b": [(0, NAN)]}).svg)
    assert [one.get("aria-label") for one in drawings.marks(root)][1] == "b: loss none"
    assert len(list(root.iter("circle"))) == 1


def test_many_runs_are_all_drawn() -> None:
    figure = figures.loss_lines({str(k): FALLING for k in range(9)})
    assert len(curves(figure)) == 9
    assert {str(k) for k in range(9)} <= {*drawings.words(drawings.parsed(figure.svg))}


def test_slopes_are_drawn_around_zero() -> None:
    figure = figures.slope_lines({"signal": [(0, -0.2), (9, -0.1)], "gradient": [(0, 0.0)]})
    signal, gradient = dots(figure)
    assert gradient[1] == pytest.approx(126.0)
    assert (signal[1] - 126.0) / 100.0 == pytest.approx(0.1 / 0.22, abs=1e-3)


def test_small_slopes_look_small() -> None:
    rough = np.random.default_rng(0).normal(0.0, 0.005, 50).tolist()
    (drawn,) = curves(figures.slope_lines({"signal": [*enumerate(rough)]}))
    assert np.ptp(drawn[:, 1]) < 0.15 * 200.0


@pytest.mark.parametrize(
    ("runs", "text"), [({}, "there is no layer"), ({"a": []}, "a row of 0 numbers for 0 steps")]
)
def test_a_picture_needs_a_step(runs: dict[str, list[Place]], text: str) -> None:
    with pytest.raises(InputError, match=f"^{text}"):
        figures.loss_lines(runs)
