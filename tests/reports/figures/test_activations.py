"""Picture 1."""

import numpy as np
import pytest

from isometry.errors import InputError
from isometry.reports import figures
from isometry.reports.figures.ridgeline import Histogram, scale_of
from isometry.reports.figures.scales import Scale
from tests.reports.figures import drawings

SOUND = [drawings.hill(f"fc{k}", 1.0) for k in range(1, 7)]
DYING = [drawings.hill(f"fc{k}", 0.5**k) for k in range(1, 7)]
GROWING = [drawings.hill(f"fc{k}", 3.0**k) for k in range(1, 7)]


def widths(figure: figures.Figure, number: int = 0) -> list[float]:
    """Of the ridges of one panel, in pixels."""
    groups = drawings.marks(drawings.parsed(figure.svg))
    return [float(np.ptp(drawings.spots(list(one.iter("path"))[number])[:, 0])) for one in groups]


def test_heights_are_counts_to_a_power() -> None:
    counts = [1.0, 40.0, 100.0, 3.0, 60.0]
    figure = figures.activation_ridgeline([("fc1", 0.0, 5.0, counts)])
    (group,) = drawings.marks(drawings.parsed(figure.svg))
    places = drawings.spots(next(group.iter("path")))
    rises = (places[0, 1] - places[2:-2, 1]) / (places[0, 1] - places[:, 1].min())
    assert rises == pytest.approx((np.array(counts) / 100.0) ** 0.6, abs=0.005)
    assert np.diff(places[2:-2, 0]) == pytest.approx(np.full(4, 109.2), abs=0.11)


def test_sound_layers_look_alike_and_dying_ones_thin() -> None:
    assert np.ptp(widths(figures.activation_ridgeline(SOUND))) == 0.0
    thinning = widths(figures.activation_ridgeline(DYING))
    # The first is cut where its faint ends leave the axis.
    assert np.diff(np.log2(thinning[1:])) == pytest.approx(np.full(4, -1.0), abs=0.02)


def test_before_and_after_share_an_axis() -> None:
    figure = figures.activation_ridgeline(DYING, [drawings.hill(one[0], 0.25) for one in DYING])
    assert widths(figure, 1) == pytest.approx(np.full(6, widths(figure)[1]), abs=0.11)
    words = drawings.words(drawings.parsed(figure.svg))
    assert words.count("now") == words.count("after") == 1


def test_an_axis_turns_to_decades_only_where_layers_outgrow_the_first() -> None:
    assert scale_of([Histogram(*one) for one in GROWING]).kind == "around_zero"
    assert scale_of([Histogram(*one) for one in DYING]).kind == "even"
    assert "by decades" in figures.activation_ridgeline(GROWING).read
    assert "by decades" not in figures.activation_ridgeline(SOUND).read


def test_on_a_bent_axis_every_ridge_stands_out() -> None:
    figure = figures.activation_ridgeline(GROWING)
    groups = drawings.marks(drawings.parsed(figure.svg))
    places = [drawings.spots(next(one.iter("path"))) for one in groups]
    heights = [np.ptp(one[:, 1]) for one in places]
    assert heights == pytest.approx(np.full(6, heights[0]), abs=0.11)


def test_a_mark_says_both_numbers() -> None:
    figure = figures.activation_ridgeline([("a", -1.0, 1.0, [1, 1])], [("a", 0.0, 4.0, [1, 3])])
    (group,) = drawings.marks(drawings.parsed(figure.svg))
    assert group.get("aria-label") == "a: std 0.5, mean 0, after std 0.866, mean 2.5"
    assert figure.rows == (("a", "0", "0.5", "−1", "1", "2.5", "0.866", "0", "4"),)


def test_moments_are_those_of_the_bins() -> None:
    values = np.random.default_rng(0).normal(2.0, 3.0, 100_000)
    counts, edges = np.histogram(values, 500)
    histogram = Histogram("a", edges[0], edges[-1], counts.tolist())
    assert histogram.mean == pytest.approx(values.mean(), abs=0.01)
    assert histogram.std == pytest.approx(values.std(), abs=0.01)


def test_a_far_value_does_not_squeeze_the_rest() -> None:
    counts = [100_000, *[0] * 998, 1]
    assert Histogram("a", 0.0, 1000.0, counts).reach() == (0.0, 1.0)


def test_more_than_64_bins_are_summed() -> None:
    fine = drawings.hill("a", 1.0, bins=640)
    rough = drawings.hill("a", 1.0, bins=64)
    drawn = [figures.activation_ridgeline([one]).svg for one in (fine, rough)]
    ridges = [
        drawings.spots(next(drawings.marks(drawings.parsed(svg))[0].iter("path"))) for svg in drawn
    ]
    assert len(ridges[0]) <= 68
    assert ridges[0][:, 1].min() == pytest.approx(ridges[1][:, 1].min(), abs=0.2)


@pytest.mark.parametrize(
    "layer",
    [("a", float("nan"), 1.0, [1]), ("a", 0.0, float("inf"), [1]), ("a", 0.0, 1.0, [0, 0])],
)
def test_a_layer_without_numbers_says_so(layer: figures.Layer) -> None:
    figure = figures.activation_ridgeline([layer, drawings.hill("b", 1.0)])
    first, _ = drawings.marks(drawings.parsed(figure.svg))
    assert (list(first), first.get("aria-label")) == ([], "a: no numbers")
    assert figure.rows[0][1:] == ("no numbers",) * 4


def test_a_layer_of_one_value_is_a_spike() -> None:
    figure = figures.activation_ridgeline([("a", 0.0, 0.0, [5]), drawings.hill("b", 1.0)])
    spike = drawings.spots(next(drawings.marks(drawings.parsed(figure.svg))[0].iter("path")))
    assert np.ptp(spike[:, 0]) == 0.0
    assert np.ptp(spike[:, 1]) > 20.0


def test_a_single_value_among_many_bins_is_seen() -> None:
    counts = [0.0] * 1000
    counts[500] = 7.0
    figure = figures.activation_ridgeline([("a", 0.0, 1000.0, counts)])
    spike = drawings.spots(next(drawings.marks(drawings.parsed(figure.svg))[0].iter("path")))
    assert np.ptp(spike[:, 1]) > 20.0


def test_layers_of_one_value_alone_have_an_axis_around_it() -> None:
    assert scale_of([Histogram("a", 2.0, 2.0, [5])]) == Scale(1.0, 3.0)


def test_a_layer_that_is_gone_after_has_empty_cells() -> None:
    figure = figures.activation_ridgeline(SOUND, SOUND[1:])
    assert figure.rows[0][5:] == ("", "", "", "")
    assert len(list(drawings.marks(drawings.parsed(figure.svg))[0].iter("path"))) == 1


def test_after_must_be_of_the_same_layers() -> None:
    with pytest.raises(InputError, match=r"^other: a value is given for no layer"):
        figures.activation_ridgeline(SOUND, [drawings.hill("other", 1.0)])
