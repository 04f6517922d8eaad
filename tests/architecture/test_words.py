from pathlib import Path

import pytest

from tests.architecture.rules import tree, words

TEXTS = tree.text_files()
CODE = tree.python_files(*tree.CODE)


@pytest.mark.parametrize("path", TEXTS, ids=tree.name)
def test_files_speak_of_the_product_alone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert words.machine_paths(text) + words.tickets(text) == []


@pytest.mark.parametrize("path", CODE, ids=tree.name)
def test_a_silenced_check_says_why(path: Path) -> None:
    assert words.bare_ignores(path.read_text(encoding="utf-8")) == []


def test_a_machine_path_is_found() -> None:
    line = "open('" + "/home" + "/someone/model.py')"
    assert words.machine_paths(line) == [f"line 1: {line}"]


def test_a_path_inside_a_package_is_none() -> None:
    assert words.machine_paths("see src/work/plan.py and frame/home/x") == []


def test_a_ticket_is_found() -> None:
    line = "as asked for in issue" + " 12"
    assert words.tickets(line) == [f"line 1: {line}"]


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # no" + "qa: F401",
        "x = 1  # type:" + " ignore[attr-defined]",
        "x = 1  # no" + "qa",
        "if x:  # pragma: no" + " cover",
    ],
)
def test_an_ignore_without_a_reason_is_found(line: str) -> None:
    assert len(words.bare_ignores(line)) == 1


def test_an_ignore_with_a_reason_passes() -> None:
    line = "import torch  # no" + "qa: PLC0415 - a framework is loaded when it is used"
    assert words.bare_ignores(line) == []


def test_a_reason_may_stand_above() -> None:
    lines = "# A framework is loaded when it is used.\nimport torch  # no" + "qa: PLC0415"
    assert words.bare_ignores(lines) == []
