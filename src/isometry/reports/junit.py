"""What was judged as JUnit XML, which every CI shows as a list of tests."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from isometry.findings import ALL, FailOn, Finding, Judged
from isometry.reports.wording import finding_words

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Letters that XML 1.0 cannot hold, not even escaped (section 2.2)."""


COUNTED = {
    "tests": "testcase",
    "failures": "testcase/failure",
    "errors": "testcase/error",
    "skipped": "testcase/skipped",
}


def junit(judged: Judged, *, fail_on: FailOn = "error") -> str:
    """One test case a finding, and one for each rule that found nothing.

    Known findings are skipped tests.

    Args:
        judged: What was found.
        fail_on: From which severity on a finding is a failure; others are told and pass.

    Returns:
        The text of a file.
    """
    suite = ET.Element("testsuite", name="isometry")
    for case in _cases(judged, fail_on):
        case.set("classname", _allowed(judged.subject))
        suite.append(case)
    for name, path in COUNTED.items():
        suite.set(name, str(len(suite.findall(path))))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode")


def _cases(judged: Judged, fail_on: FailOn) -> Iterator[ET.Element]:
    if judged.stopped:
        case = ET.Element("testcase", name="the model runs to its end")
        ET.SubElement(case, "error", message=_allowed(judged.stopped))
        yield case
    for one in judged.findings:
        bad = one.at_least(fail_on)
        case, tag = _case(one), "failure" if bad else "system-out"
        options = {"message": _allowed(one.message), "type": one.severity} if bad else {}
        ET.SubElement(case, tag, options).text = _allowed(finding_words(one))
        yield case
    for one in judged.known:
        case = _case(one)
        ET.SubElement(case, "skipped", message="known: named by the baseline")
        yield case
    found = {one.code for one in (*judged.findings, *judged.known)}
    for rule in ALL:
        if rule.code in judged.rules and rule.code not in found:
            yield ET.Element("testcase", name=f"{rule.code} {rule.name}")


def _case(one: Finding) -> ET.Element:
    return ET.Element("testcase", name=_allowed(f"{one.code} {one.name} {one.where}".rstrip()))


def _allowed(text: str) -> str:
    return FORBIDDEN.sub("\ufffd", text)
