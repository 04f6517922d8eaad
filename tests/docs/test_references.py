"""Every paper that the code names by key is in the bibliography."""

import ast
import re
from pathlib import Path

import pytest
from pybtex.database import parse_file

ROOT = Path(__file__).parents[2]
BIBLIOGRAPHY = parse_file(str(ROOT / "docs" / "references.bib"))
KEY = re.compile(r"[a-z]+(18|19|20)\d\d[a-z]*")
SOURCES = sorted((ROOT / "src").rglob("*.py"))


def named_keys(text: str) -> set[str]:
    """The string constants of a program that look like a paper's key."""
    nodes = ast.walk(ast.parse(text))
    words = (node.value for node in nodes if isinstance(node, ast.Constant))
    return {word for word in words if isinstance(word, str) and KEY.fullmatch(word)}


def unknown(keys: set[str]) -> list[str]:
    """The keys that the bibliography does not hold."""
    return sorted(keys - set(BIBLIOGRAPHY.entries))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_papers_that_the_code_names_are_in_the_bibliography(path: Path) -> None:
    assert unknown(named_keys(path.read_text(encoding="utf-8"))) == []


def test_an_unknown_paper_is_found() -> None:
    assert unknown(named_keys('references = ("he2015", "nobody1999")')) == ["nobody1999"]


@pytest.mark.parametrize("key", sorted(BIBLIOGRAPHY.entries))
def test_an_entry_says_who_what_and_when(key: str) -> None:
    entry = BIBLIOGRAPHY.entries[key]
    assert entry.persons["author"]
    assert {"title", "year"} <= set(entry.fields)
