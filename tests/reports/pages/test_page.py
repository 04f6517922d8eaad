"""The text of the page: what it says, how large it is, and that names cannot break it."""

import json
import re
from html.parser import HTMLParser

import pytest

from isometry import reports
from tests.reports.pages import runs

LARGEST = 300_000


def test_a_page_of_200_layers_before_and_after_is_small() -> None:
    before, after = runs.both(200, 48)
    assert len(reports.page(before, after=after).encode()) <= LARGEST


def test_a_page_says_what_was_found_and_how_to_mend_it() -> None:
    before, after = runs.both()
    text = reports.page(before, after=after, title="a deep net")
    first = before.findings[0]
    assert first.message.split(":")[0] in text
    assert first.mend.code.replace('"', "&#34;") in text
    assert "gone after the change" in text
    assert text.count("<figure") == text.count("Read:") == text.count("<figcaption>")
    assert text.count("<figure") >= 7


def test_a_page_of_one_run_says_nothing_of_another() -> None:
    before, _ = runs.both()
    assert "after the change" not in reports.page(before)


def test_the_page_is_the_same_each_time() -> None:
    before, after = runs.both()
    assert reports.page(before, after=after) == reports.page(before, after=after)


def test_nothing_is_loaded_from_anywhere() -> None:
    before, after = runs.both()
    text = reports.page(before, after=after)
    assert re.findall(r"(?:src|href)=|url\(|@import|https?://(?!www\.w3\.org)", text) == []


def test_the_data_in_the_page_is_json() -> None:
    text = reports.page(runs.hostile())
    found = re.search(r'id="isometry-data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    assert data["schema"] == 1
    assert data["layers"][0]["path"].startswith(runs.HOSTILE)


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
    parser.feed(reports.page(runs.hostile()))
    assert parser.found.count(tag) == count
