"""``isometry report`` of what a monitor has written."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from isometry.findings import TrainingRun
from isometry.reports import run_markdown, run_text
from tests.cli.test_commands import Captured, ran, told
from tests.cli.test_report_command import output
from tests.findings import histories, records

NEEDED = "lines that a JsonLines sink wrote"


def write(path: Path, run: TrainingRun) -> None:
    """A history as a sink writes it."""
    lines = [json.dumps(one.to_json()) + "\n" for one in run.captures]
    path.write_text("".join(lines), encoding="utf-8")


@pytest.fixture(autouse=True)
def _saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three histories and a run of check, in a folder of their own."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    for run in (histories.fine(), histories.dying(), histories.lost()):
        write(tmp_path / Path(run.name).name, run)
    (tmp_path / "run.iso.json").write_text(records.xavier().to_json(), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "code", "last"),
    [
        ("fine", 0, "✔ The run is fine: steps fit their weights, and no layer loses units."),
        ("dying", 1, "1 error, 1 warning; why: isometry explain ISO702"),
        ("lost", 1, "1 error; why: isometry explain ISO703"),
    ],
)
def test_a_history_is_told_and_judged(capsys: Captured, name: str, code: int, last: str) -> None:
    found, out, err = ran(capsys, "report", f"{name}.jsonl")
    assert (found, out.splitlines()[-1], err) == (code, last, "")
    assert f"· {name}.jsonl · steps 0 … " in out


def test_it_is_the_text_of_the_library(capsys: Captured) -> None:
    wide = run_text(histories.fine(), width=240)
    _, out, _ = ran(capsys, "report", "fine.jsonl")
    assert [line.rstrip() for line in out.splitlines()] == wide.splitlines()
    _, ascii_out, _ = ran(capsys, "report", "fine.jsonl", "--ascii")
    assert ascii_out.isascii()


@pytest.mark.parametrize(("limit", "code"), [("never", 0), ("warning", 1), ("error", 0)])
def test_the_limit_decides_the_exit_code(capsys: Captured, limit: str, code: int) -> None:
    slow = histories.captures(lambda p, t: histories.layer(p, t, update=-4.5))
    write(Path("slow.jsonl"), TrainingRun(slow, ()))
    assert ran(capsys, "report", "slow.jsonl", "--fail-on", limit)[0] == code


def test_a_run_of_check_fails_on_request_alone(capsys: Captured) -> None:
    assert ran(capsys, "report", "run.iso.json")[0] == 0
    assert ran(capsys, "report", "run.iso.json", "--fail-on", "error")[0] == 1


def test_settings_choose_the_rules_and_the_limit(capsys: Captured, tmp_path: Path) -> None:
    settings = tmp_path / "pyproject.toml"
    settings.write_text('[tool.isometry]\nselect = ["ISO1"]\nignore = ["ISO702"]\n')
    data = json.loads(ran(capsys, "report", "dying.jsonl", "-f", "json")[1])
    assert data["rules"] == ["ISO701", "ISO703"]
    settings.write_text('[tool.isometry]\nselect = ["ISO1", "ISO703"]\nfail-on = "never"\n')
    code, out, _ = ran(capsys, "report", "lost.jsonl", "-f", "json")
    assert (code, json.loads(out)["rules"]) == (0, ["ISO703"])


def test_every_format_says_the_same(capsys: Captured) -> None:
    read = {
        name: ran(capsys, "report", "dying.jsonl", "-f", name)[1]
        for name in ("json", "markdown", "github", "junit", "sarif")
    }
    codes = ["ISO702", "ISO701"]
    assert [one["code"] for one in json.loads(read["json"])["findings"]] == codes
    assert read["markdown"].startswith(run_markdown(histories.dying()).split(" · ")[0])
    assert [line.split(",")[0] for line in read["github"].splitlines()] == [
        "::error file=dying.jsonl",
        "::warning file=dying.jsonl",
    ]
    suite = ET.fromstring(read["junit"].encode())[0]
    assert [case.attrib["name"][:6] for case in suite] == [*codes, "ISO703"]
    assert (suite.attrib["failures"], suite[0].attrib["classname"]) == ("1", "dying.jsonl")
    (run,) = json.loads(read["sarif"])["runs"]
    assert [one["ruleId"] for one in run["results"]] == codes
    rules = [one["id"] for one in run["tool"]["driver"]["rules"]]
    assert [rules[one["ruleIndex"]] for one in run["results"]] == codes


def test_a_page_is_written(capsys: Captured, tmp_path: Path) -> None:
    assert ran(capsys, "report", "dying.jsonl", "--html", "run.html")[0] == 1
    assert "ISO702 dying-units" in (tmp_path / "run.html").read_text(encoding="utf-8")
    code, out, err = ran(capsys, "report", "dying.jsonl", "--html", "run.html")
    assert (code, out) == (2, "")
    assert err.startswith("error: run.html: the file exists")


def test_histories_stand_beside_each_other(capsys: Captured, tmp_path: Path) -> None:
    code, out, _ = ran(capsys, "report", "fine.jsonl", "dying.jsonl", "--html", "two.html")
    assert code == 1
    assert out.splitlines()[1].split() == ["number", "fine", "dying"]
    assert '<h2 id="findings-2">' in (tmp_path / "two.html").read_text(encoding="utf-8")
    data = json.loads(ran(capsys, "report", "fine.jsonl", "lost.jsonl", "-f", "json")[1])
    assert data["rows"][0] == {"number": "steps", "fine": "0 … 50", "lost": "0 … 40"}


def test_an_earlier_history_does_not_fail(capsys: Captured) -> None:
    code, out, _ = ran(capsys, "report", "fine.jsonl", "--against", "dying.jsonl")
    assert (code, out.splitlines()[1].split()) == (0, ["number", "dying", "fine"])
    assert ran(capsys, "report", "dying.jsonl", "--against", "fine.jsonl")[0] == 1


def test_a_history_that_a_kill_cut_short_is_told_up_to_there(
    capsys: Captured, tmp_path: Path
) -> None:
    file = tmp_path / "fine.jsonl"
    file.write_text(file.read_text()[:-40])
    code, out, _ = ran(capsys, "report", "fine.jsonl")
    note = "    note: line 6 was cut short, as by a kill; it is left out"
    assert (code, out.splitlines()[-1]) == (0, note)
    assert "· steps 0 … 40 · 5 captures ·" in out


def test_a_history_is_known_by_its_text_too(capsys: Captured, tmp_path: Path) -> None:
    (tmp_path / "fine.jsonl").rename(tmp_path / "log")
    assert ran(capsys, "report", "log")[0] == 0


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "a.jsonl",
            "",
            "the file is empty. Needed: a run that `isometry check --save` has written, or a "
            "history of a monitor. Do: make the run again.",
        ),
        (
            "a.jsonl",
            '{"text": "hello"}\n',
            f"line 1 is no capture (step is missing). Needed: {NEEDED}. Do: remove the line.",
        ),
        (
            "log",
            '{"step": 0, "lo',
            f"there is no whole line in it. Needed: {NEEDED}. Do: train until the first capture.",
        ),
        (
            "log",
            "hello",
            "line 1, column 1: Expecting value. Needed: JSON. Do: write the file again: isometry "
            "check MODEL --save run.iso.json.",
        ),
    ],
)
def test_other_files_are_refused(
    capsys: Captured, tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text)
    assert ran(capsys, "report", name) == (2, "", f"error: {name}: {said}\n")


@pytest.mark.parametrize(
    ("names", "found", "needed", "do"),
    [
        (
            ("fine.jsonl", "run.iso.json"),
            "1 of 2 files are runs of check, the others histories",
            "files of one kind",
            "tell each kind by itself",
        ),
        (
            ("run.iso.json", "run.iso.json"),
            "there are 2 runs of check",
            "one, and an earlier one after --against",
            "write isometry report LATER --against EARLIER",
        ),
        (
            ("fine.jsonl", "lost.jsonl", "-f", "junit"),
            "a comparison has no format 'junit'",
            "one of table, json, markdown",
            "choose one of them, or name one history",
        ),
    ],
)
def test_what_cannot_be_compared_is_told(
    capsys: Captured, names: tuple[str, ...], found: str, needed: str, do: str
) -> None:
    assert ran(capsys, "report", *names) == (2, "", told("", found, needed, do))


def test_no_framework_is_loaded(tmp_path: Path) -> None:
    page = str(tmp_path / "run.html")
    printed = output("report", str(tmp_path / "fine.jsonl"), "-f", "table", "--html", page)
    assert printed.splitlines()[-1] == "0"
    assert "The run is fine" in printed


@pytest.mark.parametrize("word", ["ISO701", "update-ratio", "ISO702", "ISO703"])
def test_rules_of_runs_are_explained(capsys: Captured, word: str) -> None:
    code, out, _ = ran(capsys, "explain", word)
    assert (code, out[:4]) == (0, "ISO7")
