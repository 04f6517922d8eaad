"""What a diagnosis says of itself."""

from dataclasses import replace

import pytest

from isometry import errors, findings
from isometry.findings import Diagnosis
from tests.findings import records

BAD, FINE = records.xavier(), records.fine()
NOTED = replace(BAD, findings=(replace(records.FOUND[0], severity="note"),))


def raised(diagnosis: Diagnosis) -> Diagnosis:
    stopped = replace(diagnosis.measurement, raised="ValueError: midway")
    return replace(diagnosis, measurement=stopped)


@pytest.mark.parametrize(
    ("diagnosis", "ok", "begins"),
    [
        (FINE, True, "Your init is fine: signal and gradient"),
        (NOTED, True, "Your init is fine; there is something to note."),
        (BAD, False, "ISO101 vanishing-forward: "),
        (replace(FINE, rules=("ISO101",)), True, f"1 of {len(findings.RULES)} rules looked"),
        (replace(FINE, known=BAD.findings), True, "Nothing new; 3 known before."),
        (raised(FINE), False, "The model stopped midway (ValueError: midway); nothing was found"),
        (raised(BAD), False, "The model stopped midway (ValueError: midway); ISO101"),
    ],
)
def test_the_whole_in_one_sentence(diagnosis: Diagnosis, begins: str, *, ok: bool) -> None:
    assert diagnosis.verdict.startswith(begins)
    assert diagnosis.ok is ok


def test_it_prints_one_finding_a_line() -> None:
    assert str(FINE) == FINE.verdict
    head, *lines = str(BAD).splitlines()
    assert head == f"{BAD.measurement.model}: {BAD.counts}"
    assert [line.split()[:2] for line in lines] == [[o.severity, o.code] for o in BAD.findings]


def test_findings_go_by_code_and_name() -> None:
    assert BAD.of("ISO101") == BAD.of("vanishing-forward") == BAD.findings[:1]
    assert FINE.of("ISO101") == ()


def test_a_limit_of_no_severity_is_refused() -> None:
    assert BAD.fails("error")
    assert not BAD.fails("never")
    with pytest.raises(errors.UnknownNameError, match="fail_on is 'sometimes'"):
        BAD.fails("sometimes")  # type: ignore[arg-type]  # what is refused
