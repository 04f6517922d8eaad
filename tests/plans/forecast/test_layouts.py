"""What becomes of axes under an index, by hand."""

import pytest

from isometry.graphs import Node
from isometry.graphs.node import Attribute
from isometry.plans.forecast import layouts
from isometry.plans.forecast.signal import Letter

FULL = "slice(None, None, None)"


def letters(index: Attribute, shape: tuple[int, ...]) -> list[Letter]:
    node = Node(1, "getitem", "view", (0,), ("input",), shape, attributes=(("index", index),))
    before = layouts.named(("N", "C", "P", "C"), (2, 2, 6, 8))
    return [axis[0][0] for axis in layouts.viewed(node, before, (2, 2, 6, 8))]


@pytest.mark.parametrize(
    ("index", "shape", "expected"),
    [
        ((FULL, FULL, "None", FULL, FULL), (2, 2, 1, 6, 8), ["N", "C", "P", "P", "C"]),
        (("Ellipsis", "slice(None, 4, None)"), (2, 2, 6, 4), ["N", "C", "P", "C"]),
        ((FULL, 1), (2, 6, 8), ["N", "P", "C"]),
        (0, (2, 6, 8), ["C", "P", "C"]),
    ],
)
def test_an_index_keeps_the_meaning_of_axes(
    index: Attribute, shape: tuple[int, ...], expected: list[Letter]
) -> None:
    assert letters(index, shape) == expected
