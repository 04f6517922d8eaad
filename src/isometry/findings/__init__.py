"""What is wrong, why, and how to mend it: rules over a measurement. One subject a file."""

from isometry.findings.catalogue import RULES, rule, selected
from isometry.findings.diagnosis import Diagnosis, diagnose
from isometry.findings.finding import AUTO, SEVERITIES, Finding, Mend, Severity
from isometry.findings.rule import Remark, Rule

__all__ = [
    "AUTO",
    "RULES",
    "SEVERITIES",
    "Diagnosis",
    "Finding",
    "Mend",
    "Remark",
    "Rule",
    "Severity",
    "diagnose",
    "rule",
    "selected",
]
