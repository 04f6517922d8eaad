from pathlib import Path

import pytest

from tests.architecture.rules import news, tree

BESIDE = {"README.md", "template.md.jinja"}
FRAGMENTS = sorted(path for path in (tree.ROOT / "changes").iterdir() if path.name not in BESIDE)


@pytest.mark.parametrize("path", FRAGMENTS, ids=tree.name)
def test_a_fragment_is_one_line_for_users(path: Path) -> None:
    assert news.bad_fragment(path.name, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("rng.md", "New.", ["rng.md is not <slug>.<type>.md"]),
        ("rng.new.md", "New.", ["rng.new.md is not <slug>.<type>.md"]),
        ("rng.added.md", "New.\nMore.", ["2 lines instead of one"]),
        ("rng.added.md", "New", ["no full stop"]),
    ],
)
def test_a_bad_fragment_is_found(name: str, text: str, found: list[str]) -> None:
    assert news.bad_fragment(name, text) == found
