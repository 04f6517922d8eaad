"""The page: a template filled with words, numbers and pictures."""

from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from isometry import _version
from isometry.findings import Diagnosis, thresholds
from isometry.reports.figures import marks, rules
from isometry.reports.pages import content
from isometry.reports.pages.pictures import pictures

FOLDER = "isometry.reports.pages"


def page(diagnosis: Diagnosis, *, after: Diagnosis | None = None, title: str = "") -> str:
    """A diagnosis as one HTML file, for a browser that is offline and may run no script.

    Pictures are SVG in the file, with their numbers as tables; the script only follows the
    keyboard, marks a layer everywhere and changes the theme. Nothing is loaded from anywhere.

    Args:
        diagnosis: What was measured and found.
        after: The same model under other weights, shown beside it.
        title: What the page is about; the model's name where not given.

    Returns:
        The text of the file.
    """
    rows, hidden = content.rows(diagnosis, after)
    return rendered(
        "page.html",
        title=title or diagnosis.measurement.model,
        now=diagnosis,
        after=after,
        sign=content.sign,
        cards=content.cards(diagnosis, after),
        told=content.told(diagnosis, after),
        rows=rows,
        hidden=hidden,
        figures=[(one, Markup(one.svg)) for one in pictures(diagnosis, after)],
        limits=thresholds,
        data=Markup(content.embedded(diagnosis)),
    )


def rendered(template: str, **values: Any) -> str:
    """A page from its template, in the layout of all pages.

    Args:
        template: A file of this folder.
        **values: What it names.

    Returns:
        The text of the page.
    """
    environment = jinja2.Environment(
        autoescape=True,
        loader=jinja2.FunctionLoader(_text),
        undefined=jinja2.StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(
        version=_version.__version__,
        style=Markup(_text("page.css") + rules("[data-theme=dark] ")),
        script=Markup(_text("page.js")),
        **values,
    )


def _visible(value: Any) -> Any:
    """A text without letters that no page may hold; names in pictures are treated alike."""
    return marks.NOT_XML.sub("\N{REPLACEMENT CHARACTER}", value) if type(value) is str else value


def _text(name: str) -> str:
    return (resources.files(FOLDER) / name).read_text(encoding="utf-8")
