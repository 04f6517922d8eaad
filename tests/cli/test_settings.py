"""``[tool.isometry]`` of the nearest pyproject.toml, and what wins over it."""

from pathlib import Path

import pytest

from isometry import errors
from isometry._cli.settings import Settings, configured

WHOLE = """
[tool.isometry]
select = ["ISO1", "ISO2"]
ignore = ["ISO105"]
fail-on = "warning"
baseline = "known.json"
format = "markdown"
"""


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "pyproject.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_key_is_read(tmp_path: Path) -> None:
    write(tmp_path, WHOLE)
    assert configured(tmp_path) == Settings(
        ("ISO1", "ISO2"), ("ISO105",), "warning", tmp_path / "known.json", "markdown"
    )


def test_the_nearest_table_counts(tmp_path: Path) -> None:
    write(tmp_path, WHOLE)
    below = tmp_path / "a" / "b"
    write(below, "[tool.other]\nx = 1\n")
    assert configured(below).baseline == tmp_path / "known.json"
    write(tmp_path / "a", '[tool.isometry]\nformat = "json"\n')
    assert configured(below) == Settings(format="json")


def test_without_a_table_nothing_is_set(tmp_path: Path) -> None:
    write(tmp_path, "[tool.isometry]\n")
    assert configured(tmp_path) == Settings()
    assert Settings().limit == "error"


def test_what_the_command_line_says_wins(tmp_path: Path) -> None:
    write(tmp_path, WHOLE)
    given = Settings(select=("ISO3",), fail_on="never").over(configured(tmp_path))
    assert given == Settings(("ISO3",), ("ISO105",), "never", tmp_path / "known.json", "markdown")


CODES = 'a list of codes, such as ["ISO1", "ISO301"]'
WRONG = {
    "fail_on = 'error'": (
        "tool.isometry has no key 'fail_on'",
        "one of select, ignore, fail-on, baseline, format",
        "did you mean fail-on?",
    ),
    "select = 'ISO1'": ("tool.isometry.select is 'ISO1'", CODES, "correct it"),
    "ignore = [1]": ("tool.isometry.ignore is [1]", CODES, "correct it"),
    "fail-on = 'eror'": (
        "tool.isometry.fail-on is 'eror'",
        "one of error, warning, never",
        "correct it",
    ),
    "fail-on = []": ("tool.isometry.fail-on is []", "one of error, warning, never", "correct it"),
    "baseline = 1": ("tool.isometry.baseline is 1", "the name of a file", "correct it"),
    "format = 'xml'": (
        "tool.isometry.format is 'xml'",
        "one of table, json, markdown, github, junit, sarif",
        "correct it",
    ),
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_table_is_told(tmp_path: Path, line: str) -> None:
    file = write(tmp_path, f"[tool.isometry]\n{line}\n")
    found, needed, do = WRONG[line]
    with pytest.raises(errors.InputError) as caught:
        configured(tmp_path)
    assert str(caught.value) == f"{file}: {found}. Needed: {needed}. Do: {do}."


def test_a_file_that_is_no_toml_is_told(tmp_path: Path) -> None:
    file = write(tmp_path, "[tool")
    with pytest.raises(errors.FileError) as caught:
        configured(tmp_path)
    assert str(caught.value).startswith(f"{file}: it cannot be read as TOML (")
