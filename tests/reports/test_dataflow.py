"""The outline of a model's dataflow, as a tree and as a picture."""

import io
import itertools
import xml.etree.ElementTree as ET

import pytest
from torch import nn

import isometry as iso
from isometry.reports import Line, console, graph_svg, outline, print_tree


class Block(nn.Module):
    """A residual block."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x):  # type: ignore[no-untyped-def]  # a test's model
        return x + self.down(nn.functional.gelu(self.up(self.norm(x))))


def tower(depth: int) -> iso.graphs.Graph:
    blocks = nn.Sequential(nn.Linear(4, 8), *(Block(8) for _ in range(depth)))
    return iso.graph(blocks)


def chain(depth: int) -> iso.graphs.Graph:
    layers = [one for _ in range(depth) for one in (nn.Linear(4, 4), nn.Tanh())]
    return iso.graph(nn.Sequential(nn.Linear(3, 4), nn.Tanh(), *layers))


def printed(line: Line) -> list[str]:
    stream = io.StringIO()
    print_tree(line, console(stream), title="net")
    return [one.rstrip() for one in stream.getvalue().splitlines()]


def test_a_tree_shows_blocks_alike_once() -> None:
    assert printed(outline(tower(80))) == [
        "net",
        "├── input  2×4",
        "├── 0  linear  4→8 · input → join + norm",
        "└── {1..80} ×80",
        "    ├── norm  2×8",
        "    ├── up  linear  8→32 · norm → gelu · residual branch 1/80",
        "    ├── gelu  2×32",
        "    ├── down  linear  32→8 · gelu → join · residual output 1/80",
        "    └── join  2×8",
    ]


def test_groups_that_come_again_are_one() -> None:
    assert printed(outline(chain(20))) == [
        "net",
        "├── input  2×3",
        "├── 0  linear  3→4 · input → tanh",
        "├── 1  tanh  2×4",
        "└── {2..41} ×20",
        "    ├── 2  linear  4→4 · tanh → tanh",
        "    └── 3  tanh  2×4",
    ]


def test_every_block_can_be_shown() -> None:
    lines = [line.name for line in outline(tower(3), every=True)]
    assert lines.count("up") == 3
    assert [line.copies for line in outline(tower(3), every=True)] == [1] * len(lines)


def test_blocks_of_other_sizes_are_not_alike() -> None:
    graph = iso.graph(nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 8), nn.Linear(8, 8)))
    assert [line.copies for line in outline(graph)] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("depth", [1, 2, 80])
def test_a_picture_of_many_layers_is_no_larger(depth: int) -> None:
    root = ET.fromstring(graph_svg(tower(depth), title="a < b"))
    assert float(root.attrib["height"]) < 260
    assert root.attrib["aria-label"] == "a < b"


def test_a_picture_has_a_row_a_step_and_an_arc_a_join() -> None:
    root = ET.fromstring(graph_svg(tower(2), every=True))
    space = "{http://www.w3.org/2000/svg}"
    boxes = [one for one in root.iter(f"{space}rect") if one.attrib["class"] == "box"]
    arcs = [one for one in root.iter(f"{space}path") if "Q" in one.attrib["d"]]
    assert len(boxes) == 2 + 2 * 5
    assert len(arcs) == 2


def test_rows_do_not_overlap() -> None:
    root = ET.fromstring(graph_svg(tower(3), every=True))
    texts = [
        one for one in root.iter("{http://www.w3.org/2000/svg}text") if one.attrib["x"] != "290"
    ]
    heights = [float(one.attrib["y"]) for one in texts]
    gaps = [below - above for above, below in itertools.pairwise(heights)]
    assert min(gaps) >= 20
