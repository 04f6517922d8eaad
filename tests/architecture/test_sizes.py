from pathlib import Path

import pytest

from tests.architecture.rules import sizes, tree

FILES = tree.python_files(*tree.CODE)


@pytest.mark.parametrize("path", FILES, ids=tree.name)
def test_files_and_functions_are_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert sizes.long_file(text) + sizes.long_functions(text) == []


def test_a_long_file_is_found() -> None:
    assert sizes.long_file("x = 1\n" * 351) == ["351 lines, at most 350"]


def test_a_long_function_is_found() -> None:
    body = "    x = 1\n" * 26
    assert sizes.long_functions(f"def f():\n{body}") == ["f: 26 lines, at most 25"]


def test_docstring_comments_and_blank_lines_are_free() -> None:
    body = "    x = 1\n\n    # why\n" * 25
    assert sizes.long_functions(f'def f():\n    """Doc.\n\n    More.\n    """\n{body}') == []
