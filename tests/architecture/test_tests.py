from pathlib import Path

import pytest

from tests.architecture.rules import tests, tree

FILES = [path for path in tree.python_files("tests") if path.name.startswith("test_")]


@pytest.mark.parametrize("path", FILES, ids=tree.name)
def test_a_test_runs_the_same_lines_every_time(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert tests.branches(text) + tests.asserting_loops(text) == []


def test_a_branch_is_found() -> None:
    assert tests.branches("def test_a():\n    if x:\n        assert x") == ["test_a"]


@pytest.mark.parametrize("loop", ["for x in y:", "while x:"])
def test_a_loop_around_an_assert_is_found(loop: str) -> None:
    assert tests.asserting_loops(f"def test_a():\n    {loop}\n        assert x") == ["test_a"]


def test_a_loop_that_prepares_passes() -> None:
    text = "def test_a():\n    for x in y:\n        z.append(x)\n    assert z"
    assert tests.asserting_loops(text) == []
