"""What was judged as SARIF 2.1.0, the format of code scanning (OASIS standard, 27 March 2020)."""

import hashlib
import json
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from isometry import _version
from isometry.findings import ALL, Finding, Judged, Rule, Severity
from isometry.reports.wording import finding_words

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "note"}


def sarif(judged: Judged) -> str:
    """One run with all rules that looked, and one result a finding.

    Known findings are results of state ``unchanged``, suppressed outside of the source.

    Args:
        judged: What was found.

    Returns:
        The text of a file.
    """
    codes = {*judged.rules, *(one.code for one in (*judged.findings, *judged.known))}
    rules = [one for one in ALL if one.code in codes]
    driver = {
        "name": "isometry",
        "version": _version.__version__,
        "rules": [_rule(one) for one in rules],
    }
    places = {rule.code: place for place, rule in enumerate(rules)}
    results = [_result(one, places, judged) for one in judged.findings]
    results += [_result(one, places, judged) | KNOWN for one in judged.known]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    run["invocations"] = [_invocation(judged.stopped)]
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _invocation(stopped: str) -> dict[str, Any]:
    if not stopped:
        return {"executionSuccessful": True}
    told = {"level": "error", "message": {"text": stopped}}
    return {"executionSuccessful": False, "toolExecutionNotifications": [told]}


KNOWN: dict[str, Any] = {
    "baselineState": "unchanged",
    "suppressions": [{"kind": "external", "justification": "named by the baseline"}],
}


def _rule(rule: Rule) -> dict[str, Any]:
    sources = f" Sources: {', '.join(rule.sources)}." if rule.sources else ""
    return {
        "id": rule.code,
        "name": _pascal(rule.name),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why}{sources}", "markdown": f"**{rule.name}**: {rule.why}"},
    }


def _pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def _result(one: Finding, places: dict[str, int], judged: Judged) -> dict[str, Any]:
    index = {"ruleIndex": places[one.code]} if one.code in places else {}
    return {
        "ruleId": one.code,
        **index,
        "level": LEVELS[one.severity],
        "message": {"text": finding_words(one)},
        "locations": [_location(one, judged)],
        "partialFingerprints": {"codeAndPaths/v1": _digest(one)},
    }


def _location(one: Finding, judged: Judged) -> dict[str, Any]:
    """The line that builds the model, and the tensors as parts of it."""
    names = [{"fullyQualifiedName": path, "kind": "member"} for path in one.paths]
    logical = {"logicalLocations": names} if names else {}
    origin = judged.origin
    if not origin.file:
        return logical
    file = PurePosixPath(origin.file)
    base = {} if file.is_absolute() else {"uriBaseId": "%SRCROOT%"}
    uri = file.as_uri() if file.is_absolute() else quote(origin.file)
    physical = {"artifactLocation": {"uri": uri} | base}
    return {"physicalLocation": physical | {"region": {"startLine": max(origin.line, 1)}}} | logical


def _digest(one: Finding) -> str:
    """What stays the same when numbers change, by which services know a finding again."""
    text = json.dumps([one.code, *one.paths])
    return hashlib.blake2b(text.encode(), digest_size=16, person=b"finding").hexdigest()
