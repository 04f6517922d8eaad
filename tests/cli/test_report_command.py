"""``isometry report``, ``rules`` and ``explain``: all that needs no model."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from isometry import findings
from isometry.reports import diagnosis_markdown, junit
from tests.cli.test_commands import Captured, ran, told
from tests.findings import records

RUN, BEFORE = "run.iso.json", "before.iso.json"

LOADED = """
import sys
from isometry import _cli
code = _cli.run(sys.argv[1:])
print(code, *sorted({"torch", "jax", "keras", "tensorflow"} & set(sys.modules)))
"""


@pytest.fixture(autouse=True)
def _saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs in a folder of their own."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / RUN).write_text(records.fine().to_json(), encoding="utf-8")
    (tmp_path / BEFORE).write_text(records.xavier().to_json(), encoding="utf-8")


def test_a_run_is_told_again(capsys: Captured) -> None:
    code, out, err = ran(capsys, "report", BEFORE)
    assert (code, err) == (0, "")
    assert "✖ error  ISO201 vanishing-backward  fc0.weight … fc19.weight" in out
    assert "· seed 0" in out.replace("\n    ", " ")


def test_every_format_is_that_of_the_run(capsys: Captured) -> None:
    told_again = {
        name: ran(capsys, "report", BEFORE, "-f", name)[1] for name in ("json", "markdown", "junit")
    }
    assert told_again == {
        "json": records.xavier().to_json(),
        "markdown": diagnosis_markdown(records.xavier()) + "\n",
        "junit": junit(records.xavier()) + "\n",
    }


def output(*arguments: str) -> str:
    """What a command prints in a process of its own."""
    command, root = [sys.executable, "-c", LOADED, *arguments], Path(__file__).parents[2]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=root).stdout


def test_no_framework_is_loaded(tmp_path: Path) -> None:
    printed = output("report", str(tmp_path / RUN), "-f", "table")
    assert printed.splitlines()[-1] == "0"
    assert "Your init is fine" in printed


def test_a_loaded_framework_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "keras.py").write_text("")  # found first, and enough to be seen
    (tmp_path / "nets.py").write_text("import keras\n")
    assert output("graph", str(tmp_path / "nets.py:none")).splitlines()[-1] == "3 keras"


def test_two_runs_are_compared(capsys: Captured) -> None:
    code, out, _ = ran(capsys, "report", RUN, "--against", BEFORE)
    lines = out.splitlines()
    assert (code, lines[0]) == (0, "nets.py:deep → nets.py:deep")
    assert lines[-2] == "findings: 3 gone, 0 new, 0 stays"
    data = json.loads(ran(capsys, "report", RUN, "--against", BEFORE, "-f", "json")[1])
    assert {row["change"] for row in data["rows"]} == {"gone"}
    assert data["rows"][2] == {
        "what": "ISO101 vanishing-forward fc0.weight … fc19.weight",
        "before": "✖ error",
        "after": "",
        "change": "gone",
    }


def test_a_comparison_in_a_file(capsys: Captured, tmp_path: Path) -> None:
    options = ("report", RUN, "--against", BEFORE, "-o", "told.md")
    assert ran(capsys, *options, "-f", "markdown") == (0, "", "")
    heading = "### nets.py:deep → nets.py:deep"
    assert (tmp_path / "told.md").read_text(encoding="utf-8").startswith(heading)
    assert ran(capsys, *options)[0] == 2
    assert ran(capsys, *options, "--force", "--ascii") == (0, "", "")
    assert (tmp_path / "told.md").read_text(encoding="ascii").startswith("nets.py:deep -> nets")


def test_a_comparison_has_some_formats_only(capsys: Captured) -> None:
    needed, do = "one of table, json, markdown", "choose one of them, or leave --against out"
    assert ran(capsys, "report", RUN, "--against", BEFORE, "-f", "sarif") == (
        2,
        "",
        told("", "a comparison has no format 'sarif'", needed, do),
    )


def test_a_file_that_is_no_run_is_told(capsys: Captured, tmp_path: Path) -> None:
    (tmp_path / RUN).write_text("{}")
    code, out, err = ran(capsys, "report", RUN)
    assert (code, out) == (2, "")
    assert err == (
        "error: run.iso.json: the schema is None. Needed: an object of schema 1. Do: write the "
        "file again: isometry check MODEL --save run.iso.json.\n"
    )


def test_a_missing_run_is_told(capsys: Captured) -> None:
    code, _, err = ran(capsys, "report", "none.iso.json")
    assert code == 2
    assert err.startswith("error: none.iso.json: it cannot be read ([Errno 2] ")


def test_settings_choose_the_format_and_the_limit(capsys: Captured, tmp_path: Path) -> None:
    settings = '[tool.isometry]\nformat = "junit"\nfail-on = "warning"\n'
    (tmp_path / "pyproject.toml").write_text(settings)
    told_again = ran(capsys, "report", BEFORE)[1]
    assert told_again == junit(records.xavier(), fail_on="warning") + "\n"
    assert told_again != junit(records.xavier()) + "\n"


def test_rules_are_listed(capsys: Captured) -> None:
    data = json.loads(ran(capsys, "rules", "-f", "json")[1])
    assert [one["code"] for one in data["rules"]] == [one.code for one in findings.ALL]
    assert {"code", "name", "summary", "why", "sources"} <= set(data["rules"][0])
    assert "check" not in data["rules"][0]
    assert ran(capsys, "rules")[1].splitlines()[0] == f"{len(findings.ALL)} rules"


@pytest.mark.parametrize("word", ["ISO101", "iso101", "vanishing-forward"])
def test_a_rule_is_explained(capsys: Captured, word: str) -> None:
    code, out, _ = ran(capsys, "explain", word)
    assert code == 0
    assert out.startswith("ISO101 vanishing-forward: ")
    data = json.loads(ran(capsys, "explain", word, "-f", "json")[1])
    assert data["why"] == findings.rule("ISO101").why


def test_an_activation_is_explained_as_before(capsys: Captured) -> None:
    assert ran(capsys, "explain", "tanh")[1].startswith("tanh: what it does to a signal")


def test_a_rule_that_there_is_not_is_told(capsys: Captured) -> None:
    code, out, err = ran(capsys, "explain", "ISO999")
    assert (code, out) == (2, "")
    assert err.startswith("error: there is no rule 'ISO999'. ")


def test_known_findings_stay_known_in_a_file(capsys: Captured, tmp_path: Path) -> None:
    known = replace(records.xavier(), findings=(), known=records.FOUND)
    (tmp_path / RUN).write_text(known.to_json(), encoding="utf-8")
    assert ran(capsys, "report", RUN)[1].splitlines()[-1] == "✔ Nothing new; 3 known before."
