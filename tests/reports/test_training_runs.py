"""A training run in words: whole texts, Markdown, and runs beside each other."""

from dataclasses import replace
from pathlib import Path

import pytest

import isometry as iso
from isometry.findings import TrainingRun, training_run
from isometry.measurements import Capture
from isometry.reports import run_comparison, run_markdown, run_text
from isometry.reports.run_layers import layer_table, worst
from isometry.reports.run_numbers import number_table
from tests.findings import histories

TOLD = Path(__file__).with_name("told")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run-dying-100", run_text(histories.dying())),
        ("run-dying-80-ascii", run_text(histories.dying(), width=80, ascii_only=True)),
        ("run-lost-100", run_text(histories.lost())),
    ],
)
def test_the_text_is_as_reviewed(name: str, text: str) -> None:
    """Where it fails on purpose: review the change, then write the file anew."""
    expected = (TOLD / f"{name}.txt").read_text(encoding="utf-8")
    assert text.replace(iso.__version__, "VERSION") + "\n" == expected


@pytest.mark.parametrize("width", [80, 100, 200])
@pytest.mark.parametrize("run", [histories.dying(), histories.bare()], ids=["dying", "bare"])
def test_no_line_is_wider_than_the_window(run: TrainingRun, width: int) -> None:
    lines = run_text(run, width=width).splitlines()
    assert max(map(len, lines)) <= width


def test_nothing_steers_a_terminal() -> None:
    text = run_text(histories.hostile())
    assert "\x1b" not in text
    assert run_text(histories.hostile(), ascii_only=True).isascii()


def test_a_fine_run_is_told_so() -> None:
    assert run_text(histories.fine()).splitlines()[-1] == f"✔ {histories.fine().verdict}"
    assert run_text(histories.bare()).splitlines()[-2].startswith("● Nothing was found; not judged")


def test_the_columns_are_captures_from_the_first_to_the_last() -> None:
    run = training_run(histories.captures(count=9))
    heads = [column.title for column in number_table(run, columns=3).columns]
    assert heads == ["number", "step 0", "step 40", "step 80", "rule", "over the run"]
    loss = number_table(run, columns=3).rows[0]
    assert loss[:5] == ("loss", "1", "0.0625", "0.00391", "✔ ISO703")


def test_a_gradient_is_told_on_its_way_back() -> None:
    rows = {row[0]: row for row in number_table(histories.fine()).rows}
    assert rows["signal a layer"][1] == "×0.9"
    assert rows["gradient a layer"][1] == "×0.909"
    assert rows["χ"][1] == "0.826"
    assert rows["‖ΔW‖/‖W‖"][1] == "10^-3.0"


def test_rules_that_did_not_look_have_no_sign() -> None:
    run = training_run(histories.captures(), rules=iso.findings.RUN_RULES[2:])
    signs = {row[0]: row[-2] for row in number_table(run).rows}
    assert [signs[name] for name in ("loss", "dead units", "‖ΔW‖/‖W‖")] == ["✔ ISO703", "", ""]


def test_the_worst_layers_are_listed_in_their_order() -> None:
    run = training_run(
        histories.captures(
            lambda p, t: histories.layer(p, t, update=-3.0 - p / 100, dead=9 * (p == 2))
        )
    )
    assert worst(run, 3) == ["fc2.weight", "fc10.weight", "fc11.weight"]
    assert layer_table(run, most=3).summary == ("3 of 12 layers, the worst",)
    assert layer_table(run, most=12).summary == ()


def test_layers_with_findings_come_before_all_others() -> None:
    assert worst(histories.dying(), 1) == ["fc3.weight"]


def test_markdown_holds_all_of_it() -> None:
    text = run_markdown(histories.dying())
    assert text.splitlines()[0].startswith("### isometry ")
    assert "| loss | 1 | 0.5 | 0.25 | 0.0625 | 0.0312 | ✔ ISO703 | █▄▂▁▁▁ |" in text
    assert "**✖ error ISO702 dying-units** · fc3.weight" in text
    assert text.endswith("**1 error, 1 warning**\n\nnote: line 7 was cut short")


def test_markdown_of_hostile_names_breaks_nothing() -> None:
    text = run_markdown(histories.hostile())
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in tables} == {8, 9}
    assert "<img" not in text


def test_runs_are_compared_at_their_last_captures() -> None:
    table = run_comparison([histories.fine(), histories.dying(), histories.lost()])
    assert [column.title for column in table.columns] == ["number", "fine", "dying", "lost"]
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["steps"] == ("0 … 50", "0 … 50", "0 … 40")
    assert rows["loss"] == ("0.0312", "0.0312", "–")
    assert rows["findings"] == ("✔ none", "✖ ISO702 ISO701", "✖ ISO703")
    assert rows["loss over the run"] == ("█▄▂▁▁▁", "█▄▂▁▁▁", "█▁   ")
    assert table.summary[-1] == "logs/dying.jsonl: line 7 was cut short"


def test_runs_of_one_name_are_numbered() -> None:
    runs = [replace(histories.fine(), name=f"{folder}/run.jsonl") for folder in "ab"]
    heads = [column.title for column in run_comparison(runs).columns]
    assert heads == ["number", "1 a/run.jsonl", "2 b/run.jsonl"]


def test_too_little_is_not_called_none() -> None:
    assert run_comparison([histories.bare(), histories.fine()]).rows[-1] == (
        "findings",
        "● too little seen",
        "✔ none",
    )


def test_infinite_numbers_are_told() -> None:
    run = training_run([Capture(0, float("-inf"), ())])
    assert number_table(run).rows[0][1] == "-inf"
