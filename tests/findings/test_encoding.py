"""A diagnosis written and read again is the same, and the file is what its schema says."""

import json
import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any

import jsonschema
import pytest

import isometry as iso
from isometry import errors, findings
from isometry.findings import Diagnosis
from isometry.measurements.encoding import from_data, to_data
from tests.findings import records
from tests.zoo import PLAIN
from tools import run_file_schema

SCHEMA = json.loads(run_file_schema.SCHEMA.read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

REAL = {model.name: model for model in PLAIN if model.name in ("lenet", "gpt-by-hand", "siren")}


def real(name: str) -> Diagnosis:
    """That of a model of the zoo."""
    return iso.diagnose(REAL[name].build(), REAL[name].example())


MADE: dict[str, Callable[[], Diagnosis]] = {
    "xavier": records.xavier,
    "fine": records.fine,
    "hostile": records.hostile,
    **{name: partial(real, name) for name in REAL},
}


def same(one: Any, other: Any) -> bool:
    """Equality of records, types included, in which NaN equals NaN."""
    if is_dataclass(one) and not isinstance(one, type):
        pairs = [(getattr(one, f.name), getattr(other, f.name)) for f in fields(one)]
        return type(one) is type(other) and all(same(*pair) for pair in pairs)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == other)


@pytest.mark.parametrize("name", MADE)
def test_a_diagnosis_reads_back_the_same(name: str) -> None:
    made = MADE[name]()
    text = made.to_json()
    assert same(findings.from_json(text), made)
    assert findings.from_json(text).to_json() == text


def test_another_diagnosis_is_not_the_same() -> None:
    made = records.hostile()
    assert not same(replace(made, known=()), made)
    louder = replace(made.measurement.layers[0], entering=math.nan)
    seen = replace(made.measurement, layers=(louder, *made.measurement.layers[1:]))
    assert not same(replace(made, measurement=seen), made)


@pytest.mark.parametrize("name", MADE)
def test_the_file_is_what_its_schema_says(name: str) -> None:
    VALIDATOR.validate(json.loads(MADE[name]().to_json()))


def test_the_schema_is_one_and_is_that_of_the_types() -> None:
    """Where it fails on purpose: ``python tools/run_file_schema.py``, then review the change."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert run_file_schema.SCHEMA.read_text(encoding="utf-8") == run_file_schema.text()


def changed(**values: Any) -> dict[str, Any]:
    """A file's data with other values at its top."""
    return {**records.fine().to_data(), **values}


@pytest.mark.parametrize(
    "wrong",
    [
        {"schema": 2},
        {"rules": [101]},
        {"origin": {}},
        {"more": 1},
        {"findings": [{"code": "ISO101"}]},
    ],
    ids=str,
)
def test_a_wrong_file_is_not_what_the_schema_says(wrong: dict[str, Any]) -> None:
    VALIDATOR.validate(changed())
    assert not VALIDATOR.is_valid(changed(**wrong))


def test_json_is_strict() -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    data = json.loads(records.hostile().to_json(), parse_constant=refuse)
    assert data["findings"][0]["evidence"] == [
        ["least", "-Infinity"],
        ["greatest", "Infinity"],
        ["mean", None],
        ["kind", "nan"],
    ]


def test_readers_without_rules_find_the_verdict() -> None:
    data = records.xavier().to_data()
    assert (data["schema"], data["isometry"], data["ok"]) == (1, iso.__version__, False)
    assert data["verdict"].startswith("ISO101 vanishing-forward: The signal shrinks by ×0.707")


AGAIN = "write the file again with this version of isometry"
CHECK = "write the file again: isometry check MODEL --save run.iso.json"
ORIGIN = "the fields target, command, file, line, seed, recipe"


def told(path: str, found: str, needed: str, do: str) -> str:
    return f"{path}{found}. Needed: {needed}. Do: {do}."


BAD: dict[str, tuple[str, str]] = {
    "text": ("no", told("", "line 1, column 1: Expecting value", "JSON", CHECK)),
    "list": ("[1]", told("", "the schema is None", "an object of schema 1", CHECK)),
    "schema": (
        json.dumps(changed(schema=2)),
        told("", "the schema is 2", "an object of schema 1", CHECK),
    ),
    "constant": (
        json.dumps(changed(origin={"line": math.nan})),
        told("diagnosis.origin.line: ", "there is 'NaN'", "a whole number", AGAIN),
    ),
    "number": (
        json.dumps(changed(origin={"line": "x"})),
        told("diagnosis.origin.line: ", "there is 'x'", "a whole number", AGAIN),
    ),
    "boolean": (
        json.dumps(changed(origin={"line": True})),
        told("diagnosis.origin.line: ", "there is True", "a whole number", AGAIN),
    ),
    "unknown": (
        json.dumps(changed(origin={"lines": 1})),
        told("diagnosis.origin: ", "'lines' is unknown", ORIGIN, AGAIN),
    ),
    "missing": (
        json.dumps({"schema": 1}),
        told(
            "diagnosis: ",
            "measurement is missing",
            "the fields measurement, findings, rules, known, origin",
            AGAIN,
        ),
    ),
    "record": (
        json.dumps(changed(origin=[])),
        told(
            "diagnosis.origin: ",
            "there is []",
            "an object with target, command, file, line, seed, recipe",
            AGAIN,
        ),
    ),
    "tuple": (
        json.dumps(changed(rules="ISO101")),
        told("diagnosis.rules: ", "there is 'ISO101'", "a list", AGAIN),
    ),
    "item": (
        json.dumps(changed(rules=["ISO101", 7])),
        told("diagnosis.rules[1]: ", "there is 7", "a text", AGAIN),
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_told(kind: str) -> None:
    text, message = BAD[kind]
    with pytest.raises(errors.InputError) as caught:
        findings.from_json(text)
    assert str(caught.value) == message


FINDING: dict[str, Any] = to_data(records.HOSTILE)


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        (
            "severity",
            "bad",
            "finding.severity: there is 'bad'. Needed: one of error, warning, note",
        ),
        ("evidence", [["a"]], "finding.evidence[0]: there is ['a']. Needed: a list of 2"),
        ("evidence", [["a", []]], "finding.evidence[0][1]: there is []. Needed: a text"),
    ],
)
def test_a_bad_finding_is_told(field: str, value: Any, found: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        from_data(findings.Finding, {**FINDING, field: value})
    assert str(caught.value) == f"{found}. Do: {AGAIN}."


def test_a_bad_parameter_is_told() -> None:
    data = records.fine().to_data()
    data["measurement"]["parameters"][1] = {"path": "w", "shape": [2], "rule": "weight"}
    with pytest.raises(errors.InputError, match="unexpected keyword argument 'rule'") as caught:
        findings.from_json(json.dumps(data))
    assert str(caught.value).startswith("diagnosis.measurement.parameters[1]: ")


def test_what_no_record_holds_is_refused() -> None:
    with pytest.raises(TypeError, match="a set has no place in a record of measurements"):
        to_data({1, 2})
