"""What is wrong, why, and how to mend it: rules over a measurement. One subject a file."""

from isometry.findings.baseline import Baseline, Known, baseline_from_json, baseline_of
from isometry.findings.catalogue import ALL, RULES, rule, selected
from isometry.findings.chronicle import Chronicle, Level, OnFinding
from isometry.findings.diagnosis import Diagnosis, diagnose
from isometry.findings.finding import AUTO, FAIL_ON, SEVERITIES, FailOn, Finding, Mend, Severity
from isometry.findings.judged import Judged
from isometry.findings.origin import Origin
from isometry.findings.rule import Remark, Rule
from isometry.findings.run_files import from_json
from isometry.findings.training import RUN_RULES
from isometry.findings.training_run import TrainingRun, training_run

__all__ = [
    "ALL",
    "AUTO",
    "FAIL_ON",
    "RULES",
    "RUN_RULES",
    "SEVERITIES",
    "Baseline",
    "Chronicle",
    "Diagnosis",
    "FailOn",
    "Finding",
    "Judged",
    "Known",
    "Level",
    "Mend",
    "OnFinding",
    "Origin",
    "Remark",
    "Rule",
    "Severity",
    "TrainingRun",
    "baseline_from_json",
    "baseline_of",
    "diagnose",
    "from_json",
    "rule",
    "selected",
    "training_run",
]
