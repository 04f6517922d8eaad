"""Picture 2."""

import numpy as np
import pytest

from isometry.errors import InputError
from isometry.reports import figures
from isometry.reports.figures import Figure, depths
from tests.reports.figures import drawings

LAYERS = [f"fc{k}" for k in range(1, 21)]
FALLING = dict(zip(LAYERS, (0.7**k for k in range(20)), strict=True))
FLAT = dict.fromkeys(LAYERS, 0.8)


def drawn(signal: dict[str, float], **parts: dict[str, float]) -> Figure:
    plain = figures.Course(FLAT)
    return figures.depth_triptych(
        LAYERS, signal=figures.Course(signal, **parts), error=plain, gradient=plain
    )


def heights(figure: Figure) -> list[float]:
    """Of the first panel's dots, in order of depth."""
    groups = drawings.marks(drawings.parsed(figure.svg))
    return [float(next(one.iter("circle")).get("cy") or "nan") for one in groups]


def test_dots_lie_by_the_logarithm_of_their_number() -> None:
    y, x = np.array(heights(drawn(FALLING))), np.log10([*FALLING.values()])
    line = np.polynomial.Polynomial.fit(x, y, 1)
    assert np.abs(line(x) - y).max() <= 0.06
    assert (np.diff(y) > 0).all()


def test_a_mark_says_all_numbers_of_its_layer() -> None:
    groups = drawings.marks(drawings.parsed(drawn(FALLING, after=FLAT).svg))
    assert len(groups) == 20
    assert groups[2].get("aria-label") == (
        "fc3: activation std 0.49, after 0.8; error δ, rms 0.8; ‖gradient‖ / ‖weight‖ 0.8"
    )


def test_the_table_holds_what_was_given() -> None:
    figure = drawn(FALLING, theory=FLAT, after=FLAT)
    assert figure.columns[:4] == (
        "layer",
        "activation std",
        "activation std, theory",
        "activation std, after",
    )
    assert figure.rows[2] == ("fc3", "0.49", "0.8", "0.8", "0.8", "0.8")


def test_slopes_are_said_along_the_way_of_what_travels() -> None:
    course = figures.Course(FALLING)
    figure = figures.depth_triptych(LAYERS, signal=course, error=course, gradient=course)
    words = drawings.words(drawings.parsed(figure.svg))
    assert [word for word in words if "a layer" in word] == [
        "shrinks ×0.7 a layer",
        "grows ×1.43 a layer, going back",
        "shrinks ×0.7 a layer",
    ]


def test_the_slope_is_that_of_least_squares() -> None:
    values = np.exp(np.random.default_rng(0).normal(size=30))
    expected = np.polyfit(np.arange(30), np.log10(values), 1)[0]
    assert depths.slope(values.tolist()) == pytest.approx(expected)


def test_a_slope_needs_two_numbers() -> None:
    assert depths.slope_words([0.0, 1.0, float("nan")]) == "no slope: too few values"


@pytest.mark.parametrize(("after", "level"), [(None, 0.7**19), (FLAT, 0.8)])
def test_the_band_lies_about_the_output_layer(after: dict[str, float] | None, level: float) -> None:
    figure = drawn(FALLING, **({"after": after} if after else {}))
    root = drawings.parsed(figure.svg)
    (band, *_), dots = list(root.iter("rect")), heights(figure)
    decade = (dots[10] - dots[0]) / -np.log10(0.7**10)
    expected = dots[0] - decade * np.log10(level)
    top, tall = float(band.get("y") or 0), float(band.get("height") or 0)
    assert top + tall / 2 == pytest.approx(expected, abs=0.3)
    assert tall == pytest.approx(decade, abs=0.3)


def test_what_is_no_number_lies_hollow_at_the_upper_edge() -> None:
    figure = drawn(FALLING | {"fc5": float("nan"), "fc6": float("inf"), "fc7": 0.0})
    groups = drawings.marks(drawings.parsed(figure.svg))
    dots = [next(one.iter("circle")) for one in groups]
    assert [dots[k].get("fill") for k in (3, 4, 5, 6)] == [None, "none", "none", "none"]
    assert [dots[k].get("cy") for k in (4, 5, 6)] == ["58", "58", "228"]
    assert "activation std nan" in (groups[4].get("aria-label") or "")


def test_a_layer_without_a_value_is_a_gap() -> None:
    some = {name: value for name, value in FALLING.items() if name != "fc5"}
    root = drawings.parsed(drawn(some).svg)
    curve = next(one for one in root.iter("path") if one.get("stroke-width") == "1.6")
    assert (curve.get("d") or "").count("M") == 2
    assert len(list(drawings.marks(root)[4].iter("circle"))) == 2


def test_now_and_after_differ_by_more_than_colour() -> None:
    root = drawings.parsed(drawn(FALLING, after=FLAT).svg)
    assert {"now", "after"} <= {*drawings.words(root)}
    assert len(list(drawings.marks(root)[0].iter("path"))) == 1
    assert any(one.get("stroke-dasharray") == "7 3" for one in root.iter("path"))


def test_a_value_of_no_layer_is_an_error() -> None:
    with pytest.raises(InputError) as raised:
        drawn(FLAT | {"fc99": 1.0})
    assert str(raised.value) == (
        "fc99: a value is given for no layer of the picture. Needed: the names of its layers. "
        "Do: add the layer, or drop the value."
    )


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        (
            [],
            "there is no layer to draw. Needed: at least one. "
            "Do: measure a model with layers, or leave the picture out.",
        ),
        (
            ["a", "a"],
            "a: two layers have this name. Needed: a name of its own for each layer. "
            "Do: pass module paths.",
        ),
    ],
)
def test_layers_need_names_of_their_own(layers: list[str], text: str) -> None:
    plain = figures.Course({})
    with pytest.raises(InputError) as raised:
        figures.depth_triptych(layers, signal=plain, error=plain, gradient=plain)
    assert str(raised.value) == text


def test_nothing_measured_is_still_a_picture() -> None:
    plain = figures.Course({})
    figure = figures.depth_triptych(["a", "b"], signal=plain, error=plain, gradient=plain)
    assert drawings.parsed(figure.svg).tag == "svg"
