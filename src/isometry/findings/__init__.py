"""What is wrong, why, and how to mend it: rules over a measurement. One subject a file."""

from isometry.findings.baseline import Baseline, Known, baseline_from_json, baseline_of
from isometry.findings.catalogue import RULES, rule, selected
from isometry.findings.diagnosis import Diagnosis, diagnose
from isometry.findings.finding import AUTO, FAIL_ON, SEVERITIES, FailOn, Finding, Mend, Severity
from isometry.findings.origin import Origin
from isometry.findings.rule import Remark, Rule
from isometry.findings.run_files import from_json

__all__ = [
    "AUTO",
    "FAIL_ON",
    "RULES",
    "SEVERITIES",
    "Baseline",
    "Diagnosis",
    "FailOn",
    "Finding",
    "Known",
    "Mend",
    "Origin",
    "Remark",
    "Rule",
    "Severity",
    "baseline_from_json",
    "baseline_of",
    "diagnose",
    "from_json",
    "rule",
    "selected",
]
