"""What holds of every picture: it can be reached, read without style sheets, and trusted."""

import re
import sys
import xml.etree.ElementTree as ET

import pytest

from isometry.reports import figures
from isometry.reports.figures import Figure
from tests.reports.figures import drawings

EACH = drawings.one_of_each()
HOSTILE = drawings.hostile()
KITS = pytest.mark.parametrize("figure", EACH.values(), ids=EACH)
HEX = re.compile("#[0-9A-F]{6}")
RED_OR_GREEN = {"#FF0000", "#008000", "#00FF00", "#009E73", "#CF222E", "#1A7F37"}


@KITS
def test_a_picture_is_a_named_group(figure: Figure) -> None:
    root = drawings.parsed(figure.svg)
    assert (root.tag, root.get("role"), root.get("aria-label")) == ("svg", "group", figure.title)


@KITS
def test_a_picture_says_how_it_is_read(figure: Figure) -> None:
    assert figure.read.startswith("Read: ")
    assert figure.read.endswith(".")
    assert re.fullmatch("[a-z][a-z-]*", figure.name)


@KITS
def test_the_table_is_full(figure: Figure) -> None:
    assert figure.rows
    assert {len(row) for row in figure.rows} == {len(figure.columns)}


@KITS
def test_every_mark_can_be_reached_and_says_a_number(figure: Figure) -> None:
    found = drawings.marks(drawings.parsed(figure.svg))
    assert {one.get("tabindex") for one in found} <= {"0", "-1"}
    assert all(re.search(r"\d", one.get("aria-label") or "") for one in found)
    assert found[0].get("tabindex") == "0"


@KITS
def test_paint_stands_in_attributes(figure: Figure) -> None:
    root = drawings.parsed(figure.svg)
    bare = [one for one in drawings.painted(root) if not drawings.inherited(root, one, "fill")]
    assert [ET.tostring(one) for one in bare] == []
    lined = [one for one in root.iter() if " s-" in f" {one.get('class', '')}"]
    assert [ET.tostring(one) for one in lined if one.get("stroke") is None] == []


@KITS
def test_a_picture_brings_no_style_script_link_or_name_of_its_own(figure: Figure) -> None:
    root = drawings.parsed(figure.svg)
    held = {name.rpartition("}")[2] for one in root.iter() for name in one.attrib}
    assert held & {"style", "href", "src", "id", "onload", "onclick"} == set()
    assert {one.tag for one in root.iter()} <= {"svg", "g", *drawings.PAINTED}
    assert "url(" not in figure.svg


@KITS
def test_red_is_never_set_against_green(figure: Figure) -> None:
    assert RED_OR_GREEN & set(HEX.findall(figure.svg.upper())) == set()


@KITS
def test_nothing_is_drawn_outside(figure: Figure) -> None:
    root = drawings.parsed(figure.svg)
    width, height = float(root.get("width") or 0), float(root.get("height") or 0)
    texts = [(float(t.get("x") or 0), float(t.get("y") or 0)) for t in root.iter("text")]
    assert all(0 <= x <= width and 8 <= y <= height - 2 for x, y in texts)


@KITS
def test_a_file_stands_alone(figure: Figure) -> None:
    root = ET.fromstring(figure.to_svg().encode())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root[0].text == figure.title
    assert "prefers-color-scheme:dark" in (root[1].text or "")


def test_a_picture_is_the_same_each_time() -> None:
    assert drawings.one_of_each() == EACH


@pytest.mark.parametrize("figure", HOSTILE, ids=lambda figure: figure.name)
def test_a_name_that_means_harm_is_a_name(figure: Figure) -> None:
    root = drawings.parsed(figure.svg)
    assert {one.tag for one in root.iter()} <= {"svg", "g", *drawings.PAINTED}
    shown = "</script><img src=x onerror=\"alert('1')\">&���"
    assert any((one.get("data-layer") or "") == shown for one in drawings.marks(root))
    assert ET.fromstring(figure.to_svg().encode()) is not None


def test_a_raw_name_would_be_seen() -> None:
    with pytest.raises(ET.ParseError):
        drawings.parsed("<svg></script><img></svg>")


def test_bare_paint_would_be_seen() -> None:
    root = drawings.parsed('<svg><g fill="#000000"><path/></g><path/></svg>')
    assert [drawings.inherited(root, one, "fill") for one in root.iter("path")] == ["#000000", None]


@pytest.mark.parametrize(("layers", "stops"), [(60, 60), (61, 1)])
def test_many_marks_are_one_stop(layers: int, stops: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["isometry.reports.figures.thinning"], "ALL", 100)
    found = drawings.marks(drawings.parsed(drawings.idle(layers).svg))
    assert len(found) == layers
    assert sum(one.get("tabindex") == "0" for one in found) == stops


def test_a_dark_page_is_told_all_classes() -> None:
    held = {name for figure in EACH.values() for name in re.findall('class="([^"]*)"', figure.svg)}
    classes = {one for names in held for one in names.split()}
    assert classes <= set(re.findall(r"\.([a-z-]+)\{", figures.rules()))
