"""How ``isometry check`` tells what it found: formats, files, and what is known already."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from isometry.findings import Diagnosis
from tests.cli.test_commands import Captured, ran, told
from tests.findings import records

BAD = ("bad",)
"""What is told is written by hand: no model is built."""


@pytest.fixture(autouse=True)
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Diagnosis]:
    """What the next checks find, the last one again and again; in a folder of its own."""
    found = [records.xavier()]
    monkeypatch.setattr(
        "isometry._cli.check_command.examined",
        lambda *_, **__: found.pop(0) if len(found) > 1 else found[0],
    )
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    return found


def test_warnings_count_where_they_should(capsys: Captured, seen: list[Diagnosis]) -> None:
    seen[:] = [replace(records.xavier(), findings=records.FOUND[2:])]
    assert ran(capsys, "check", *BAD)[0] == 0
    assert ran(capsys, "check", *BAD, "--fail-on", "warning")[0] == 1


@pytest.mark.parametrize(
    ("fmt", "start"),
    [
        ("table", "isometry "),
        ("json", '{\n "schema": 1,'),
        ("markdown", "### isometry "),
        ("github", "::error file="),
        ("junit", "<?xml "),
        ("sarif", '{\n "$schema": "https://'),
    ],
)
def test_every_format_on_stdout_and_in_a_file(
    capsys: Captured, tmp_path: Path, fmt: str, start: str
) -> None:
    code, out, _ = ran(capsys, "check", *BAD, "-f", fmt)
    assert code == 1
    assert out.startswith(start)
    assert ran(capsys, "check", *BAD, "-f", fmt, "-o", "told.txt") == (1, "", "")
    assert (tmp_path / "told.txt").read_text(encoding="utf-8") == out


def test_a_page_is_written_beside_the_table(capsys: Captured, tmp_path: Path) -> None:
    code, out, _ = ran(capsys, "check", *BAD, "--html", "start.html")
    assert (code, out.splitlines()[0][:9]) == (1, "isometry ")
    text = (tmp_path / "start.html").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "ISO101 vanishing-forward" in text


def test_an_existing_page_is_not_overwritten(capsys: Captured, tmp_path: Path) -> None:
    page = tmp_path / "start.html"
    page.write_text("mine")
    code, out, err = ran(capsys, "check", *BAD, "--html", "start.html")
    assert (code, out, page.read_text()) == (2, "", "mine")
    assert err.startswith("error: start.html: the file exists")
    assert ran(capsys, "check", *BAD, "--html", "start.html", "--force")[0] == 1
    assert page.read_text(encoding="utf-8") != "mine"


def test_junit_fails_from_the_limit_on(capsys: Captured) -> None:
    _, out, _ = ran(capsys, "check", *BAD, "-f", "junit", "--fail-on", "never")
    assert ET.fromstring(out.encode())[0].attrib["failures"] == "0"


def test_a_workflow_of_github_gets_annotations(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert ran(capsys, "check", *BAD)[1].startswith("::error file=")
    assert ran(capsys, "check", *BAD, "-f", "table")[1].startswith("isometry ")
    ran(capsys, "check", *BAD, "-o", "told.txt")
    assert (tmp_path / "told.txt").read_text().startswith("isometry ")


def test_ascii_has_no_other_letter(capsys: Captured) -> None:
    out = ran(capsys, "check", *BAD, "--ascii")[1]
    assert out.isascii()
    assert "x error  ISO101 vanishing-forward  fc0.weight ... fc19.weight" in out


def test_known_findings_do_not_count(capsys: Captured, tmp_path: Path) -> None:
    code, out, _ = ran(capsys, "check", *BAD, "--baseline", "b.json", "--update-baseline")
    assert code == 0
    assert out.splitlines()[-1] == "✔ Nothing new; 3 known before."
    assert ran(capsys, "check", *BAD, "--baseline", "b.json")[0] == 0
    data = json.loads((tmp_path / "b.json").read_text())
    data["findings"] = data["findings"][1:]
    (tmp_path / "b.json").write_text(json.dumps(data))
    code, out, _ = ran(capsys, "check", *BAD, "--baseline", "b.json")
    assert code == 1
    assert "  known: ISO201" in out
    assert "1 error; why: isometry explain ISO101" in out


def test_a_mended_model_leaves_the_baseline(
    capsys: Captured, tmp_path: Path, seen: list[Diagnosis]
) -> None:
    seen.append(records.fine())
    ran(capsys, "check", *BAD, "--baseline", "b.json", "--update-baseline")
    assert len(json.loads((tmp_path / "b.json").read_text())["findings"]) == 3
    ran(capsys, "check", *BAD, "--baseline", "b.json", "--update-baseline")
    assert json.loads((tmp_path / "b.json").read_text())["findings"] == []


def test_settings_of_the_folder_count(capsys: Captured, tmp_path: Path) -> None:
    ran(capsys, "check", *BAD, "--baseline", "b.json", "--update-baseline")
    table = '[tool.isometry]\nbaseline = "b.json"\nformat = "markdown"\n'
    (tmp_path / "pyproject.toml").write_text(table)
    code, out, _ = ran(capsys, "check", *BAD)
    assert (code, out[:4]) == (0, "### ")
    (tmp_path / "pyproject.toml").write_text('[tool.isometry]\nfail-on = "never"\n')
    assert ran(capsys, "check", *BAD)[0] == 0
    assert ran(capsys, "check", *BAD, "--fail-on", "error")[0] == 1


@pytest.mark.parametrize("option", [("--save", "there"), ("-o", "there")])
def test_an_existing_file_is_refused_before_the_work(
    capsys: Captured, tmp_path: Path, seen: list[Diagnosis], option: tuple[str, str]
) -> None:
    (tmp_path / "there").write_text("precious")
    seen.insert(0, records.fine())
    do = "choose another path, or pass force"
    message = told("there", "the file exists", "a path where nothing is", do)
    assert ran(capsys, "check", *BAD, *option) == (2, "", message)
    assert len(seen) == 2  # nothing was looked at
    assert ran(capsys, "check", *BAD, *option, "--force")[0] == 0
    assert (tmp_path / "there").read_text() != "precious"
