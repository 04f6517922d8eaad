"""Configuration of the documentation: strict, offline, and generated from the code."""

import os
import subprocess
import sys
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from isometry._version import __version__

# Keras chooses its backend when it is first imported.
os.environ.setdefault("KERAS_BACKEND", "torch")

DOCS = Path(__file__).parent
PROJECT = DOCS.parent

project = "isometry"
author = "The isometry developers"
copyright = f"2026, {author}"
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinxcontrib.bibtex",
]
exclude_patterns = ["_build", "**/README.md", "decisions/template.md", "_generated"]
nitpicky = True
nitpick_ignore_regex = [
    # Pages of other projects are not reachable from everywhere this is built.
    (r"py:.*", r"(?!isometry\.).*"),
    # The names of type variables are no pages.
    (r"py:.*", r"isometry\..*\.[A-Z]"),
    # What the doors of the frameworks do not show has no page.
    (r"py:class", r"isometry\.frameworks\..*"),
]

myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "groupwise"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"

html_theme = "furo"
html_title = f"isometry {release}"
html_show_sphinx = False


def write_unreleased(_app: Sphinx) -> None:
    """Gather the news fragments into a page, as the next release will."""
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "Unreleased"]
    news = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    folder = DOCS / "_generated"
    folder.mkdir(exist_ok=True)
    (folder / "unreleased.md").write_text(news, encoding="utf-8")


def public_home(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.reference | None:
    """Find ``isometry.schemes.normal.Normal`` where it is documented: ``isometry.schemes.Normal``.

    Types in signatures name the module that defines them; readers know the package.
    """
    target = node.get("reftarget", "")
    package, _, name = ".".join(target.split(".")[:2]), "", target.rpartition(".")[2]
    home = f"{package}.{name}"
    if node.get("refdomain") != "py" or home == target or not target.startswith("isometry."):
        return None
    domain = env.get_domain("py")
    found = domain.resolve_any_xref(env, node["refdoc"], app.builder, home, node, content)
    return found[0][1] if found else None


def setup(app: Sphinx) -> None:
    """Connect the two steps above."""
    app.connect("builder-inited", write_unreleased)
    app.connect("missing-reference", public_home)
