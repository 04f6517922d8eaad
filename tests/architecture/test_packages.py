from pathlib import Path

import pytest

from tests.architecture.rules import packages, tree

PACKAGES = sorted(tree.SOURCE.rglob("__init__.py"))


@pytest.mark.parametrize("path", PACKAGES, ids=tree.name)
def test_a_package_says_what_lives_there(path: Path) -> None:
    assert packages.bare_package(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["no docstring", "no __all__"]),
        ('"""Doc."""\n__all__ = ["b", "a"]', ["__all__ is not sorted and unique"]),
        ('"""Doc."""\n__all__ = ["a", "a"]', ["__all__ is not sorted and unique"]),
        ('__all__ = ["a", "b"]', ["no docstring"]),
    ],
)
def test_a_bare_package_is_found(text: str, found: list[str]) -> None:
    assert packages.bare_package(text) == found


def test_constants_come_first_then_classes() -> None:
    assert packages.bare_package('"""Doc."""\n__all__ = ["LIMIT", "Axes", "fans"]') == []
