"""The public surface is a written, sorted, documented list: a change of it is a decision."""

from dataclasses import dataclass

import pytest

from tests.architecture.rules import public_names, tree

WRITTEN = (tree.ROOT / "tests" / "architecture" / "public_names.txt").read_text(encoding="utf-8")
NAMES = WRITTEN.split()


def test_the_public_names_are_the_written_ones() -> None:
    """Where it fails on purpose: ``python tools/list_public_names.py``, then review the change."""
    assert public_names.surface() == NAMES


def test_the_written_names_are_sorted() -> None:
    assert sorted(set(NAMES)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_documented(name: str) -> None:
    assert public_names.undocumented(name) == []


@dataclass
class Wordless:
    size: int


def silent() -> None: ...


@pytest.mark.parametrize("thing", [Wordless, silent])
def test_a_name_without_words_is_found(thing: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isometry.thing", thing, raising=False)
    assert public_names.undocumented("isometry.thing") == ["isometry.thing"]


def test_a_missing_name_is_found() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'absent'"):
        public_names.undocumented("isometry.absent")
