"""The page of a training run: what it says, its pictures, its size, and a look in a browser."""

import json
import math
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from isometry.findings import TrainingRun, training_run
from isometry.measurements import Capture, LayerCapture
from isometry.reports import run_page
from tests.findings import histories

CHROMIUM = shutil.which("chromium")
LARGEST = 300_000


def titles(text: str) -> list[str]:
    """What the pictures of a page show."""
    return re.findall(r'<figure id="figure-\d+">\n<h3>(.*?)</h3>', text)


def test_a_page_says_what_was_found_and_how_to_mend_it() -> None:
    text = run_page(histories.dying())
    assert "<h1>logs/dying.jsonl</h1>" in text
    assert "ISO702 dying-units" in text
    assert "<b>Mend:</b> Lower the learning rate, or warm it up." in text
    assert "<p>Note: line 7 was cut short.</p>" in text
    assert text.count("<figure") == text.count("Read:") == text.count("<figcaption>") == 4
    assert titles(text) == [
        "Loss",
        "How signal and gradient change over the depth",
        "How far each step moves the weights",
        "Share of dead units",
    ]


def test_the_heatmap_holds_the_shares_of_the_captures() -> None:
    text = run_page(histories.dying())
    assert 'aria-label="fc3.weight: 0 % at first, 78.1 % at most, 78.1 % at last"' in text
    assert 'aria-label="fc3.weight: log10 of update / weight −1.5 at the end"' in text


def test_pictures_of_what_was_not_seen_are_left_out() -> None:
    assert titles(run_page(histories.bare())) == []
    assert "no capture holds a finite number" in run_page(histories.bare())
    losses = training_run([Capture(0, 1.0, ()), Capture(1, math.inf, ())])
    assert titles(run_page(losses)) == ["Loss"]
    assert 'class="scroll" tabindex="0" role="region" aria-label="Table of layers"' not in run_page(
        losses
    )


def test_several_runs_share_the_picture_of_the_loss() -> None:
    text = run_page(histories.fine(), histories.dying(), histories.lost(), title="three")
    assert "<h1>three</h1>" in text
    assert titles(text) == ["Loss"]
    assert {"fine", "dying", "lost"} <= {*re.findall(r'data-layer="(\w+)"', text)}
    assert text.count('<h2 id="findings-') == 3
    assert "<td>✖ ISO702 ISO701</td>" in text


def test_the_page_is_the_same_each_time_and_loads_nothing() -> None:
    text = run_page(histories.dying())
    assert text == run_page(histories.dying())
    assert re.findall(r"(?:src|href)=|url\(|@import|https?://(?!www\.w3\.org)", text) == []
    assert "default-src 'none'" in text


def layer(place: int, act: float, delta: float, update: float) -> LayerCapture:
    """One of many layers of a large model."""
    path = f"model.encoder.layers.{place}.self_attn.out_proj"
    return LayerCapture(path, act, delta, 1.0, 1.0, update, 64, place % 60)


def long(layers: int, count: int) -> TrainingRun:
    """Many layers over many captures, with noise in every number."""
    noise = np.random.default_rng(0).uniform(0.1, 1.0, (count, layers, 3)).tolist()
    made = (
        Capture(step, rows[0][0], tuple(layer(k, *row) for k, row in enumerate(rows)))
        for step, rows in enumerate(noise)
    )
    return training_run(made, name="long.jsonl")


def test_a_page_of_200_layers_and_300_captures_is_small() -> None:
    text = run_page(long(200, 300))
    assert len(text.encode()) <= LARGEST
    assert "140 layers with less to say are left out" in text


def data(text: str) -> dict[str, Any]:
    """What the page holds for programs, read strictly."""
    found = re.search(r'id="isometry-data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1], parse_constant=float.fromhex))


def test_the_data_in_the_page_is_strict_json() -> None:
    (held,) = data(run_page(histories.lost()))["runs"]
    assert held["name"] == "lost.jsonl"
    assert [one["loss"] for one in held["summaries"]] == [1.0, 0.5, None, None, None]


class Elements(HTMLParser):
    """Counts elements, as a browser would find them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes one."""
        self.found.append(tag)


@pytest.mark.parametrize(("tag", "count"), [("img", 0), ("script", 3)])
def test_a_hostile_name_makes_no_element(tag: str, count: int) -> None:
    parser = Elements()
    parser.feed(run_page(histories.hostile(), histories.hostile()))
    parser.feed(run_page(histories.hostile()))
    assert parser.found.count(tag) == 2 * count


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, list[str]]]:
    """A page with hostile names in a dark browser, and what it asked for or complained of."""
    path = tmp_path_factory.mktemp("page") / "run.html"
    path.write_text(run_page(histories.hostile()), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(color_scheme="dark", bypass_csp=True)
        page, said = context.new_page(), list[str]()
        page.on("request", lambda request: said.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(path.as_uri())
        yield page, [text for text in said if text != path.as_uri()]
        browser.close()


@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")
def test_a_browser_shows_it_quietly_and_axe_finds_nothing(shown: tuple[Page, list[str]]) -> None:
    page, said = shown
    assert said == []
    assert page.locator("figure svg").count() == 4
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    dark = Axe().run(page)
    page.click("#theme")
    light = Axe().run(page)
    assert (dark.violations_count, light.violations_count) == (0, 0), dark.generate_report()


@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")
def test_a_layer_is_chosen_everywhere(shown: tuple[Page, list[str]]) -> None:
    page, _ = shown
    page.locator("figure svg [data-layer]").last.focus()
    page.keyboard.press("Enter")
    assert page.locator("tr.chosen").count() == 1
    assert page.locator("svg .chosen").count() == 2  # its row of the heatmap, and its updates
