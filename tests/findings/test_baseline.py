"""What is known does not count, until it gets worse or spreads."""

from dataclasses import replace

import pytest

from isometry import errors, findings
from isometry.findings import Baseline, Diagnosis, Finding, Severity
from tests.findings import records

DEAD = records.FOUND[2]
LOSS = Finding("ISO501", "initial-loss", "warning", (), "Too large.")


def baseline() -> Baseline:
    return findings.baseline_of(replace(records.xavier(), findings=(*records.FOUND, LOSS)))


def only(found: Finding) -> Diagnosis:
    return replace(records.fine(), findings=(found,))


def test_all_that_was_found_is_known() -> None:
    left = baseline().applied(records.xavier())
    assert (left.findings, left.known) == ((), records.FOUND)
    assert not left.fails("warning")
    assert left.ok


@pytest.mark.parametrize(
    ("changed", "known"),
    [
        (DEAD, True),
        (replace(DEAD, message="Other numbers."), True),
        (replace(DEAD, paths=("fc4.weight",)), True),
        (replace(DEAD, severity="note"), True),
        (replace(DEAD, severity="error"), False),
        (replace(DEAD, paths=("fc4.weight", "fc5.weight")), False),
        (replace(DEAD, code="ISO302"), False),
        (replace(DEAD, paths=()), False),
        (LOSS, True),
        (replace(LOSS, paths=("fc1.weight",)), False),
    ],
)
def test_a_finding_is_new_where_it_is_worse_or_elsewhere(changed: Finding, known: bool) -> None:
    left = baseline().applied(only(changed))
    assert (changed in left.known, changed in left.findings) == (known, not known)


def test_a_worse_finding_fails_again() -> None:
    worse = baseline().applied(only(replace(DEAD, severity="error")))
    assert worse.fails()
    assert worse.verdict.startswith("ISO301 dead-units: ")


def test_it_reads_back_the_same() -> None:
    text = baseline().to_json()
    assert findings.baseline_from_json(text) == baseline()
    assert len(text.splitlines()) == 4 + len(baseline().findings) + 1


def test_a_baseline_of_known_findings_keeps_them() -> None:
    assert findings.baseline_of(baseline().applied(records.xavier())) == Baseline(
        baseline().findings[:3]
    )


def test_another_file_is_told() -> None:
    again = "write it again with `isometry check MODEL --baseline FILE --update-baseline`"
    with pytest.raises(errors.InputError) as caught:
        findings.baseline_from_json("[]")
    message = "the schema is None. Needed: an object of schema 1. Do: "
    assert str(caught.value) == f"{message}{again}."


@pytest.mark.parametrize(
    ("limit", "severity", "fails"),
    [
        ("error", "error", True),
        ("error", "warning", False),
        ("warning", "warning", True),
        ("warning", "note", False),
        ("never", "error", False),
    ],
)
def test_a_diagnosis_fails_from_its_limit_on(
    limit: findings.FailOn, severity: Severity, fails: bool
) -> None:
    assert only(replace(DEAD, severity=severity)).fails(limit) is fails


def test_a_limit_that_is_none_is_told() -> None:
    with pytest.raises(errors.UnknownNameError) as caught:
        records.fine().fails("eror")  # type: ignore[arg-type]  # what a typo would be
    message = "fail_on is 'eror'. Needed: one of error, warning, never. Do: correct the spelling."
    assert str(caught.value) == message
