"""The page of the diagnosis holds every rule, every bad start and every warning of a good one."""

import json
from pathlib import Path

import pytest

from isometry import findings
from tests.findings.bad import BAD
from tests.findings.case import Case
from tests.findings.good import GOOD

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "diagnosis.md").read_text(encoding="utf-8")
SAID = json.loads((ROOT / "tests" / "findings" / "rivals.json").read_text(encoding="utf-8"))
WARNED = [case for case in GOOD if case.says]


@pytest.mark.parametrize("rule", findings.RULES, ids=lambda rule: rule.code)
def test_a_rule_is_on_the_page(rule: findings.Rule) -> None:
    assert f"| {rule.code} | `{rule.name}` | {rule.summary} |" in PAGE


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_a_bad_start_is_on_the_page_with_what_comes_first(case: Case) -> None:
    assert f"| {case.name} | {case.says[0]} |" in PAGE


@pytest.mark.parametrize("case", WARNED, ids=lambda case: case.name)
def test_a_warning_of_a_good_start_is_explained_on_the_page(case: Case) -> None:
    assert case.why in PAGE


def test_the_others_were_asked_about_every_bad_start() -> None:
    assert sorted(SAID["bad"]) == sorted(case.name for case in BAD)
