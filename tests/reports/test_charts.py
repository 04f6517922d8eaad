"""Curves as pictures and as lines of a terminal."""

import xml.etree.ElementTree as ET

import pytest

from isometry import reports

SVG = "{http://www.w3.org/2000/svg}"
TWO = (
    reports.Curve("one", ((0.0, 0.0), (10.0, 1.0))),
    reports.Curve("<two>", ((0.0, 0.5), (10.0, 0.5)), hollow=frozenset({1})),
)


def test_a_picture_has_a_line_for_each_curve_and_a_name() -> None:
    root = ET.fromstring(reports.curves("accuracy", TWO, high=1.0))
    lines = [one.get("points") for one in root.iter(f"{SVG}polyline")]
    assert len(lines) == 2
    words = ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]
    assert {"accuracy", "one", "<two>", "10", "0.5"} <= {*words}


def test_a_higher_value_is_drawn_higher() -> None:
    root = ET.fromstring(reports.curves("accuracy", TWO[:1], high=1.0))
    (line,) = root.iter(f"{SVG}polyline")
    first, last = (float(p.split(",")[1]) for p in (line.get("points") or "").split())
    assert first > last


def test_a_hollow_point_is_not_filled() -> None:
    root = ET.fromstring(reports.curves("accuracy", TWO, high=1.0))
    fills = [one.get("fill") for one in root.iter(f"{SVG}circle")]
    assert fills.count("none") == 1


def test_a_colour_of_its_own() -> None:
    axis = reports.Axis(1.0, 100.0, (1.0, 10.0), logarithmic=True)
    panel = reports.Panel("panel", axis, axis, (reports.Curve("one", ((10.0, 10.0),)),))
    text = reports.panels("title", [panel, panel], 1, note="note", colours={"one": "#123456"})
    assert text.count("#123456") >= 3


def test_decades_are_equally_long() -> None:
    axis = reports.Axis(1.0, 100.0, (), logarithmic=True)
    assert axis.part(10.0) == pytest.approx(0.5)
    assert axis.part(1000.0) == 1.0


def test_a_legend_ends_at_the_edge() -> None:
    many = [reports.Curve(f"a long name {n}", ((0.0, 0.0), (1.0, 1.0))) for n in range(9)]
    text = reports.curves("title", many, high=1.0)
    assert "a long name 0" in text
    assert "a long name 8" not in text


def test_a_spark() -> None:
    assert reports.spark([-1.0, 0.0, 0.49, 2.0]) == "▁▁▄█"
