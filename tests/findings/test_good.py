"""A start that trains well is told so: no error, and no warning that is not right."""

import pytest

from tests.findings.bad import BAD
from tests.findings.case import Case, codes
from tests.findings.good import GOOD, OWN, QUICK


def ids(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", QUICK, ids=ids)
def test_a_good_start_is_told_so(case: Case) -> None:
    assert codes(case.diagnosed(case.build()), "error", "warning") == []


@pytest.mark.slow
@pytest.mark.parametrize("case", GOOD, ids=ids)
def test_every_warning_of_a_good_start_is_accounted_for(case: Case) -> None:
    found = case.diagnosed(case.build())
    assert codes(found, "error") == []
    assert sorted(codes(found, "warning")) == sorted(case.says)


def test_there_are_enough_of_both_kinds() -> None:
    assert len(OWN) >= 40
    assert len(BAD) >= 20


def test_a_warning_that_is_expected_is_explained() -> None:
    assert [case.name for case in GOOD if case.says and not case.why] == []
