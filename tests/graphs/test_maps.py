"""Fans of single calls, worked out by hand."""

import pytest

from isometry import graphs
from isometry.graphs import operations
from isometry.graphs.node import Attribute
from tests.graphs.building import Builder


def fans(op: str, weight: tuple[int, ...], **options: Attribute) -> tuple[str, float, float]:
    """Kind and fans of one call on an input by a weight of that shape."""
    make = Builder()
    x, w = make.input(2, 6), make.parameter("w", *weight)
    inputs, slots = (x, w), ("input", "weight" if op not in ("matmul", "einsum") else "other")
    given = tuple(sorted(options.items()))
    node = graphs.Node(2, op, operations.family(op), inputs, slots, (2, 4), attributes=given)
    made = graphs.read(graphs.Graph((*make.nodes, node), (2,))).uses[0].map
    return made.kind, made.fan_in, made.fan_out


@pytest.mark.parametrize(
    ("op", "weight", "options", "expected"),
    [
        ("linear", (4, 6), {}, ("linear", 6, 4)),
        ("conv2d", (8, 6, 3, 3), {}, ("conv", 54, 72)),
        ("conv2d", (8, 3, 3, 3), {"groups": 2}, ("conv", 27, 36)),
        ("conv2d", (8, 6, 4, 4), {"stride": 2}, ("conv", 96, 32)),
        ("conv2d", (8, 6, 4, 4), {"stride": (2, 1)}, ("conv", 96, 64)),
        ("conv1d", (6, 1, 5), {"groups": 6}, ("conv", 5, 5)),
        ("conv_transpose2d", (6, 8, 4, 4), {"stride": 2}, ("conv_transpose", 24, 128)),
        ("bilinear", (4, 6, 5), {}, ("bilinear", 30, 4)),
        ("embedding", (10, 4), {}, ("embedding", 1, 4)),
        ("matmul", (6, 4), {}, ("matmul", 6, 4)),
        ("matmul", (6,), {}, ("matmul", 6, 1)),
        ("einsum", (6, 4), {"equation": "bi,io->bo"}, ("matmul", 6, 4)),
        ("einsum", (3, 2, 4), {"equation": "b h i, h i o -> b o"}, ("matmul", 6, 4)),
    ],
)
def test_fans_are_those_of_the_map(
    op: str,
    weight: tuple[int, ...],
    options: dict[str, Attribute],
    expected: tuple[str, float, float],
) -> None:
    assert fans(op, weight, **options) == expected


def test_a_weight_made_of_several_names_all() -> None:
    make = Builder()
    x, g, v = make.input(2, 6), make.parameter("g", 4, 1), make.parameter("v", 4, 6)
    weight = make.call("mul", v, g)
    node = graphs.Node(4, "linear", "weight", (x, weight), ("input", "weight"), (2, 4))
    (use,) = graphs.read(graphs.Graph((*make.nodes, node), (4,))).uses
    assert use.map.weights == ("g", "v")
