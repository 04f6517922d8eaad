"""A diagnosis in a notebook."""

from html.parser import HTMLParser

import pytest
import torch
from torch import nn

import isometry as iso
from isometry.findings import notebook


class Reader(HTMLParser):
    """Notes elements and text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes one."""
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        """Notes it."""
        self.text += data


@pytest.fixture
def read() -> Reader:
    torch.manual_seed(0)
    net = nn.Sequential()
    for index in range(60):
        net.add_module(f"<script>{index}", nn.Linear(32, 32))
        net.add_module(f"tanh{index}", nn.Tanh())
    made = iso.diagnose(net, torch.randn(16, 32))._repr_html_()
    assert len(made) < 30_000
    reader = Reader()
    reader.feed(made)
    return reader


def test_it_needs_neither_script_nor_style(read: Reader) -> None:
    assert {"script", "style", "link", "img"}.isdisjoint(read.elements)
    assert read.elements.count("polyline") == 2


def test_it_tells_the_verdict_the_findings_and_their_mends(read: Reader) -> None:
    assert "vanishing" in read.text
    assert "<script>0.weight" in read.text
    assert 'recipe="auto"' in read.text


@pytest.mark.parametrize(("values", "drawn"), [((), False), ((1.0,), False), ((1.0, 0.1), True)])
def test_a_curve_needs_two_values(values: tuple[float, ...], *, drawn: bool) -> None:
    assert bool(notebook.curve(values)) == drawn
