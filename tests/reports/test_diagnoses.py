"""A diagnosis in a terminal, at two widths, in ASCII, and what it says where little is known."""

import io
import math
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

import isometry as iso
from isometry.findings import Diagnosis, Origin
from isometry.measurements import Loss
from isometry.reports import diagnosis_text, print_diagnosis
from tests.findings import records

TOLD = Path(__file__).with_name("told")


def lines(diagnosis: Diagnosis, width: int = 100, *, ascii_only: bool = False) -> list[str]:
    text = diagnosis_text(diagnosis, width=width, ascii_only=ascii_only)
    return text.replace(iso.__version__, "VERSION").splitlines()


@pytest.mark.parametrize("width", [80, 120])
def test_a_diagnosis_at_a_width(width: int) -> None:
    written = (TOLD / f"xavier-{width}.txt").read_text(encoding="utf-8").splitlines()
    told = lines(records.xavier(), width)
    assert told == written
    assert max(map(len, told)) <= width


def test_a_diagnosis_in_ascii() -> None:
    written = (TOLD / "xavier-ascii.txt").read_text(encoding="ascii").splitlines()
    assert lines(records.xavier(), ascii_only=True) == written


def test_a_stream_that_knows_ascii_only_gets_no_other_letter() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    print_diagnosis(records.xavier(), Console(file=stream, width=100))
    stream.flush()
    assert raw.getvalue().decode("ascii").splitlines()[3].startswith("forward std")


def test_a_fine_start_is_told_so() -> None:
    told = lines(records.fine())
    assert told[-1].startswith("✔ Your init is fine")
    assert "×1  ✔ keeps its size  ▅▅▅" in told[3]
    assert "try:" not in "".join(told)


def test_some_rules_claim_no_more_than_they_saw() -> None:
    told = lines(replace(records.fine(), rules=("ISO301", "ISO302")))
    assert told[-1] == f"✔ 2 of {len(iso.findings.RULES)} rules looked, and found nothing."


def test_known_findings_are_told_and_called_known() -> None:
    known = replace(records.xavier(), findings=(), known=records.FOUND[:1])
    assert lines(known)[-2:] == [
        "  known: ISO101 vanishing-forward  fc0.weight … fc19.weight",
        "✔ Nothing new; 1 known before.",
    ]


def test_a_model_that_stopped_is_not_called_fine() -> None:
    fine = records.fine()
    stopped = replace(fine, measurement=replace(fine.measurement, raised="ValueError: no"))
    assert lines(stopped)[-1] == (
        "✖ The model stopped midway (ValueError: no); nothing was found before."
    )
    assert not stopped.ok
    seen = replace(records.xavier().measurement, raised="ValueError: no")
    found = replace(records.xavier(), measurement=seen)
    assert "✖ The model stopped midway (ValueError: no)" in lines(found)
    assert found.verdict.startswith("The model stopped midway (ValueError: no); ISO101 vanishing")


def test_the_command_that_mends_is_offered_once() -> None:
    again = "try: isometry check nets.py:deep --input 32x256 --recipe auto"
    assert lines(records.xavier())[-1] == again
    mended = replace(records.ORIGIN, recipe="auto")
    assert lines(replace(records.xavier(), origin=mended))[-1].startswith("2 errors, 1 warning; ")
    assert again not in lines(replace(records.xavier(), origin=Origin()))


def test_names_cannot_steer_the_terminal() -> None:
    told = lines(records.hostile())
    text = "\n".join(told)
    assert "::error::%0A, [red]�é]]>" in text
    assert "not seen: [/red] \\ <i>" in text
    assert not set(text) & {chr(code) for code in range(32)} - {"\n"}


def test_layers_that_do_not_follow_each_other_have_a_range_and_no_verdict() -> None:
    measured = replace(records.measured(0.5, 1.0, depth=4), courses=())
    row = lines(Diagnosis(measured, ()))[3]
    assert row.split() == ["forward", "std", "0.0625", "…", "0.5"]


def test_a_second_course_is_shown_where_it_drifts() -> None:
    seen = records.measured(1.0, 1.0)
    other = records.measured(0.5, 1.0, depth=10).courses[0]
    told = lines(Diagnosis(replace(seen, courses=(*seen.courses, other)), ()), 120)
    assert told[4].startswith("forward std, fc0.weight  0.5 → 0.000977")
    assert "×0.5  ✖ vanishing" in told[4]
    assert told[5].startswith("backward δ ")
    assert told[6].startswith("‖∇W‖/‖W‖")


def test_what_was_not_measured_has_no_row() -> None:
    seen = records.measured(1.0, 1.0)
    course = replace(seen.courses[0], deltas=(math.nan,) * 20)
    blind = replace(
        seen,
        layers=tuple(replace(one, weight_gradient=None) for one in seen.layers),
        courses=(course,),
        activations=(),
        loss=Loss("cotangent"),
    )
    told = "\n".join(lines(Diagnosis(blind, ())))
    assert "forward std" in told
    assert [word for word in ("backward", "∇", "dead", "symmetry", "loss") if word in told] == []


def test_a_string_says_the_verdict_and_one_finding_a_line() -> None:
    assert str(records.fine()) == records.fine().verdict
    told = str(records.xavier()).splitlines()
    assert told[0] == "Deep: 2 errors, 1 warning"
    assert [line.split()[:2] for line in told[1:]] == [
        ["error", "ISO101"],
        ["error", "ISO201"],
        ["warning", "ISO301"],
    ]
