"""Picture 10a."""

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from isometry.errors import InputError
from isometry.reports import figures
from tests.reports.figures import drawings

STEPS = list(range(0, 600, 10))
SHARES = np.clip(
    np.linspace(0, 1, 8)[:, None] * np.linspace(0, 1, 60)
    + 0.05 * np.random.default_rng(0).normal(size=(8, 60)),
    0.0,
    1.0,
)
LINE = re.compile(r"M([\d.]+) ([\d.]+)h([\d.]+)")


def grid(figure: figures.Figure, rows: int, columns: int) -> NDArray[np.float64]:
    """The opacity of each cell, read back from the picture."""
    found = np.zeros((rows, columns))
    root = drawings.parsed(figure.svg)
    shades = [one for one in root.iter("path") if one.get("shape-rendering") == "crispEdges"]
    lines = [(one, line) for one in shades for line in LINE.findall(one.get("d") or "")]
    for one, line in lines:
        x, y, length = map(float, line)
        row = int((y - 26.0) // float(one.get("stroke-width") or 1))
        first = round((x - 150.0) / 8.0)
        found[row, first : first + round(length / 8.0)] += float(one.get("stroke-opacity") or 0)
    return found


def test_each_cell_has_the_shade_of_its_share() -> None:
    figure = figures.unit_heatmap(STEPS, drawings.names(8), SHARES.tolist())
    off = np.abs(grid(figure, 8, 60) - SHARES)
    assert off[SHARES > 1 / 14].max() <= 1 / 14 + 0.005
    assert (grid(figure, 8, 60)[SHARES > 0] > 0).all()
    assert (grid(figure, 8, 60)[SHARES == 0] == 0).all()


def test_a_row_says_its_course() -> None:
    figure = figures.unit_heatmap([0, 5, 9], ["a"], [[0.1, 0.9, 0.25]])
    (group,) = drawings.marks(drawings.parsed(figure.svg))
    assert group.get("aria-label") == "a: 10 % at first, 90 % at most, 25 % at last"
    assert figure.rows == (("a", "10 %", "90 %", "25 %"),)


def test_what_was_not_measured_is_blank() -> None:
    nan = float("nan")
    figure = figures.unit_heatmap([0, 1], ["a", "b"], [[nan, nan], [nan, 1.0]])
    assert figure.rows == (("a", "none", "none", "none"), ("b", "100 %", "100 %", "100 %"))
    shades = drawings.parsed(figure.svg).iter("path")
    assert [one.get("d") for one in shades if one.get("shape-rendering")] == ["M405 56h255"]


def test_the_layer_that_dies_most_is_never_left_out() -> None:
    shares = np.zeros((200, 5))
    shares[101, 3] = 1.0
    figure = figures.unit_heatmap(range(5), drawings.names(200), shares.tolist())
    assert drawings.names(200)[101] in {row[0] for row in figure.rows}


def test_steps_that_are_left_out_are_said() -> None:
    figure = figures.unit_heatmap(range(600), ["a"], [[0.5] * 600])
    assert figure.read.endswith("Columns are 60 of 600 steps.")


@pytest.mark.parametrize(
    ("steps", "layers", "shares", "text"),
    [
        ([0], ["a", "b"], [[0.0]], "1 rows for 2 layers"),
        ([0], ["a"], [[0.0, 1.0]], "a row of 2 numbers for 1 steps"),
        ([], ["a"], [[]], "a row of 0 numbers for 0 steps"),
        ([0], [], [], "there is no layer to draw"),
    ],
)
def test_shares_must_fit(
    steps: list[int], layers: list[str], shares: list[list[float]], text: str
) -> None:
    with pytest.raises(InputError, match=f"^{text}. Needed: "):
        figures.unit_heatmap(steps, layers, shares)
