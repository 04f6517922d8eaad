"""The page in a real browser: offline, with and without script and style, by keyboard, by axe."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from isometry import reports
from tests.reports.pages import runs

CHROMIUM = shutil.which("chromium")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    before, after = runs.both()
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(reports.page(before, after=after), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: Browser, file: Path) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(file.as_uri())
    yield page
    page.close()


def test_it_asks_for_nothing_and_complains_of_nothing(browser: Browser, file: Path) -> None:
    page, asked, said = browser.new_page(), list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    page.keyboard.press("Tab")
    assert (asked, said) == ([file.as_uri()], [])
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1240, 390])
def test_axe_finds_nothing(browser: Browser, file: Path, scheme: str, width: int) -> None:
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 900},
        bypass_csp=True,
    )
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("html").get_attribute("data-theme") == scheme
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_axe_would_find_something(browser: Browser) -> None:
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.set_content("<img src='data:,'><p style='color:#eee'>too pale</p>")
    assert Axe().run(page).violations_count > 0
    context.close()


def test_all_is_readable_without_script(browser: Browser, file: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    figures = page.locator("figure svg")
    assert figures.count() >= 7
    assert all(figures.nth(i).is_visible() for i in range(figures.count()))
    assert page.locator(".finding").first.is_visible()
    assert page.get_by_role("button").count() == 0
    assert "ISO101" in page.inner_text("main")
    context.close()


def test_it_is_painted_under_a_policy_that_forbids_all(browser: Browser, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    strict = text.replace(
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:",
        "default-src 'none'",
    )
    assert strict != text
    bare = file.with_name("strict.html")
    bare.write_text(strict, encoding="utf-8")
    page = browser.new_page()
    page.goto(bare.as_uri())
    styled = "getComputedStyle(document.body).maxWidth + getComputedStyle(document.body).margin"
    assert page.evaluate(styled) == "none8px"  # the browser's own style, not the page's
    count = page.evaluate(
        "Array.from(document.querySelectorAll('figure svg path, figure svg polyline'))"
        ".filter(e => getComputedStyle(e).fill === 'rgb(0, 0, 0)'"
        " && getComputedStyle(e).stroke === 'none').length"
    )
    assert count == 0  # nothing falls back to solid black
    page.close()


def test_a_layer_is_chosen_by_keyboard_and_marked_everywhere(opened: Page) -> None:
    mark = opened.locator("figure svg [data-layer='2.weight']").first
    mark.focus()
    opened.keyboard.press("Enter")
    assert opened.evaluate("location.hash") == "#layer=2.weight"
    assert opened.locator(".chosen[data-layer='2.weight']").count() >= 2
    opened.keyboard.press("ArrowRight")
    assert opened.evaluate("document.activeElement.dataset.layer") == "4.weight"
    opened.keyboard.press("Escape")
    assert opened.locator(".chosen").count() == 0


def test_a_link_leads_to_a_layer(browser: Browser, file: Path) -> None:
    page = browser.new_page()
    page.goto(f"{file.as_uri()}#layer=4.weight")
    assert page.locator("tr.chosen").inner_text().startswith("4.weight")
    page.close()


def test_tab_reaches_every_picture(opened: Page) -> None:
    reached = opened.evaluate(
        "Array.from(document.querySelectorAll('figure')).filter("
        "f => f.querySelector('[tabindex=\"0\"]') !== null).length"
    )
    assert reached == opened.locator("figure").count()


def test_the_theme_is_kept(opened: Page) -> None:
    before = opened.locator("html").get_attribute("data-theme")
    opened.click("#theme")
    opened.reload()
    assert opened.locator("html").get_attribute("data-theme") != before


def test_hostile_names_do_nothing(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    path.write_text(reports.page(runs.hostile(), title=runs.HOSTILE), encoding="utf-8")
    page, said = browser.new_page(), list[str]()
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(path.as_uri())
    page.wait_for_load_state()
    assert said == []
    assert page.locator("img").count() == 0
    assert runs.HOSTILE in page.inner_text("h1")
    page.close()
