"""One diagnosis in the formats that services read, each read back by a reader of its own."""

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from isometry import findings
from isometry.findings import Origin
from isometry.reports import annotations, diagnosis_markdown, junit, rule_words, sarif
from tests.findings import histories, records
from tests.reports import sarif_rules

CODES = [one.code for one in records.FOUND]
COMMAND = re.compile(r"::(error|warning|notice) ([^:\n]*)::([^\n]*)")


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as a runner reads them: level, properties, message."""
    read = [COMMAND.fullmatch(line) for line in text.splitlines()]
    return [
        (one[1], {k: unquote(v) for k, v in (p.split("=") for p in one[2].split(","))}, one[3])
        for one in read
        if one is not None
    ]


def test_annotations_stand_at_the_line_that_builds_the_model() -> None:
    told = commands(annotations(records.xavier()))
    assert [one[0] for one in told] == ["error", "error", "warning"]
    assert told[2][1] == {"file": "nets.py", "line": "12", "title": "ISO301 dead-units"}
    assert told[2][2] == (
        "fc3.weight, fc4.weight: 80 of 256 units of 2 layers have no slope for any of the 32 "
        "samples.%0AMend: Look at the biases."
    )


def test_annotations_of_hostile_names_are_one_command() -> None:
    strange = replace(records.hostile(), origin=Origin(file="a,b:c%.py", line=3))
    text = annotations(strange)
    assert len(text.splitlines()) == 1
    ((level, properties, message),) = commands(text)
    assert (level, properties["file"]) == ("error", "a,b:c%.py")
    assert unquote(message).startswith("<b>|`x`,1:2\n::error::%0A, [red]\x07é]]>: A --> ")


def test_a_fine_start_is_a_notice() -> None:
    assert annotations(records.fine()) == f"::notice title=isometry::{records.fine().verdict}"


def stopped() -> findings.Diagnosis:
    """A model that nothing is wrong with but that it fails."""
    fine = records.fine()
    return replace(fine, measurement=replace(fine.measurement, raised="ValueError: 100%"))


def test_every_format_tells_of_a_model_that_stopped() -> None:
    words = "The model stopped midway (ValueError: 100%)"
    assert annotations(stopped()) == f"::error title=isometry::{words[:-1]}25)"
    assert diagnosis_markdown(stopped()).endswith(f"\n**✖ {words}**")
    suite = ET.fromstring(junit(stopped()).encode())[0]
    assert (suite.attrib["errors"], suite.attrib["failures"]) == ("1", "0")
    assert suite[0][0].attrib["message"] == words
    (run,) = log(sarif(stopped()))["invocations"]
    assert run["executionSuccessful"] is False
    assert run["toolExecutionNotifications"][0]["message"]["text"] == words
    assert log(sarif(records.fine()))["invocations"] == [{"executionSuccessful": True}]


def cases(text: str) -> list[ET.Element]:
    return ET.fromstring(text.encode()).findall("testsuite/testcase")


@pytest.mark.parametrize(
    ("limit", "failed"), [("error", CODES[:2]), ("warning", CODES), ("never", [])]
)
def test_junit_fails_from_the_limit_on(limit: findings.FailOn, failed: list[str]) -> None:
    text = junit(records.xavier(), fail_on=limit)
    bad = [case.attrib["name"][:6] for case in cases(text) if case.find("failure") is not None]
    suite = ET.fromstring(text.encode())[0]
    assert bad == failed
    assert suite.attrib["failures"] == str(len(failed))
    assert suite.attrib["tests"] == str(len(cases(text)))


def test_junit_has_a_case_for_each_rule_that_looked_and_is_built() -> None:
    built = {one.code for one in findings.RULES} & set(records.LOOKED)
    names = [case.attrib["name"][:6] for case in cases(junit(records.xavier()))]
    assert set(names) == built | set(CODES)
    assert names[:3] == CODES


def test_junit_skips_what_is_known_and_keeps_hostile_names() -> None:
    new, known = cases(junit(records.hostile()))
    assert known.find("skipped") is not None
    assert new.attrib["name"] == "ISO103 non-finite-values <b>|`x`,1:2\n::error::%0A, [red]�é]]>"
    failure = new.find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "A --> \"b\" & 'c' <script>::warning::\r\n100%"


def log(text: str) -> dict[str, Any]:
    """The one run of a SARIF log."""
    data = json.loads(text)
    assert (data["version"], data["$schema"][-23:]) == ("2.1.0", "sarif-schema-2.1.0.json")
    (run,) = data["runs"]
    return dict(run)


SARIF = jsonschema.Draft202012Validator(sarif_rules.LOG)
JUDGED: dict[str, findings.Judged] = {
    "xavier": records.xavier(),
    "hostile": records.hostile(),
    "fine": records.fine(),
    "stopped": stopped(),
    "absolute": replace(records.xavier(), origin=Origin(file="/a b/nets.py", line=3)),
    "known": replace(records.xavier(), findings=(), known=records.FOUND),
    "run": histories.dying(),
    "hostile run": histories.hostile(),
    "fine run": histories.fine(),
}


@pytest.mark.parametrize("name", JUDGED)
def test_sarif_is_what_the_standard_asks_for(name: str) -> None:
    SARIF.validate(json.loads(sarif(JUDGED[name])))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), "2.1"),
        (("runs", 0, "tool", "driver"), {}),
        (("runs", 0, "results", 0, "level"), "fatal"),
        (("runs", 0, "results", 0, "message"), {}),
        (("runs", 0, "results", 0, "code"), "ISO101"),
        (
            ("runs", 0, "results", 0, "locations", 0, "physicalLocation", "region", "startLine"),
            0,
        ),
    ],
)
def test_other_sarif_is_refused(path: tuple[str | int, ...], value: object) -> None:
    log = json.loads(sarif(records.xavier()))
    inner: Any = log
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    assert not SARIF.is_valid(log)


def test_sarif_results_refer_to_rules_with_help() -> None:
    run = log(sarif(records.xavier()))
    rules = run["tool"]["driver"]["rules"]
    assert [one["ruleId"] for one in run["results"]] == CODES
    assert [rules[one["ruleIndex"]]["id"] for one in run["results"]] == CODES
    assert [one["level"] for one in run["results"]] == ["error", "error", "warning"]
    assert rules[0]["name"] == "VanishingForward"
    assert rules[0]["shortDescription"]["text"] == findings.rule("ISO101").summary
    assert findings.rule("ISO101").why in rules[0]["help"]["text"]


def test_sarif_results_have_a_place() -> None:
    place = log(sarif(records.xavier()))["results"][2]["locations"][0]
    assert place == {
        "physicalLocation": {
            "artifactLocation": {"uri": "nets.py", "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 12},
        },
        "logicalLocations": [
            {"fullyQualifiedName": "fc3.weight", "kind": "member"},
            {"fullyQualifiedName": "fc4.weight", "kind": "member"},
        ],
    }


@pytest.mark.parametrize(
    ("file", "uri"),
    [("a b/ä.py", "a%20b/%C3%A4.py"), ("/tmp/a b.py", "file:///tmp/a%20b.py")],
)
def test_sarif_names_files_by_their_uri(file: str, uri: str) -> None:
    found = replace(records.xavier(), origin=Origin(file=file))
    place = log(sarif(found))["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == uri
    assert place["region"] == {"startLine": 1}


def test_sarif_knows_a_finding_again_by_code_and_paths() -> None:
    def prints(found: findings.Diagnosis) -> list[dict[str, str]]:
        return [one["partialFingerprints"] for one in log(sarif(found))["results"]]

    first = records.xavier()
    other = tuple(replace(one, message="Other numbers.") for one in first.findings)
    moved = tuple(replace(one, paths=("else.weight",)) for one in first.findings)
    assert prints(replace(first, findings=other)) == prints(first)
    assert len({str(one) for one in prints(first)}) == 3
    assert prints(replace(first, findings=moved)) != prints(first)


def test_sarif_suppresses_what_is_known() -> None:
    new, known = log(sarif(records.hostile()))["results"]
    assert "suppressions" not in new
    assert known["suppressions"] == [{"kind": "external", "justification": "named by the baseline"}]
    assert known["level"] == "note"
    assert "physicalLocation" not in new["locations"][0]


def test_markdown_has_the_table_the_findings_and_the_verdict() -> None:
    told = diagnosis_markdown(records.xavier()).splitlines()
    assert told[0].startswith("### isometry ")
    assert told[2] == "| signal | first … last layer | a layer | verdict | by depth |"
    assert "**✖ error ISO101 vanishing-forward** · fc0.weight … fc19.weight" in told
    assert told.count("```python") == 1
    assert told.count("Mend: as for ISO101") == 1
    assert told[-1] == "**2 errors, 1 warning**"
    assert diagnosis_markdown(records.fine()).endswith("through all layers.**")


def test_markdown_reads_nothing_in_hostile_names() -> None:
    told = diagnosis_markdown(records.hostile())
    assert "<script" not in told
    assert "\n::error" not in told
    assert "not seen: [/red] \\\\ &lt;i>" in told


def test_code_cannot_leave_its_fence() -> None:
    code = "```\n<script>\n```"
    mend = replace(records.HOSTILE.mend, code=code)
    strange = replace(records.hostile(), findings=(replace(records.HOSTILE, mend=mend),))
    assert f"\n````python\n{code}\n````\n" in diagnosis_markdown(strange)


def test_a_rule_in_words_names_its_sources() -> None:
    told = rule_words(findings.rule("ISO101"))
    assert told.startswith("ISO101 vanishing-forward: ")
    assert told.endswith("\n\nSources: glorot2010, he2015, hanin2018")
    assert "Sources" not in rule_words(findings.rule("ISO203"))
