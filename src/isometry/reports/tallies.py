"""Lines of a diagnosis that count: dead units, units alike, and where the loss begins."""

import math
from collections.abc import Iterator

from isometry.findings import SEVERITIES, Diagnosis
from isometry.reports.severities import FINE, SIGNS
from isometry.reports.wording import count, number

Row = tuple[str, str, str, str, str]
"""Cells of a diagnosis's table of signals."""


def unit_rows(diagnosis: Diagnosis) -> Iterator[Row]:
    """How many units have no slope, where there are activations."""
    seen = [one for one in diagnosis.measurement.activations if one.units]
    dead, units = sum(one.dead for one in seen), sum(one.units for one in seen)
    if units:
        told = f"{count(dead)} of {count(units)}"
        yield ("dead units", told, "", of_rules(diagnosis, "ISO301"), "")


def symmetry_rows(diagnosis: Diagnosis) -> Iterator[Row]:
    """Whether units or tensors are alike that should not be, where a rule has looked."""
    verdict = of_rules(diagnosis, "ISO4")
    if verdict:
        found = [one for one in diagnosis.findings if one.code.startswith("ISO4")]
        told = ", ".join(dict.fromkeys(one.name for one in found))
        yield ("symmetry", told or "none", "", verdict, "")


def loss_rows(diagnosis: Diagnosis) -> Iterator[Row]:
    """The initial loss beside that of a model which knows nothing."""
    loss = diagnosis.measurement.loss
    if not math.isfinite(loss.value):
        return
    told = number(loss.value)
    if math.isfinite(loss.uninformed):
        known = f"log {loss.classes}" if loss.classes else "variance"
        told = f"{told} ({known}: {number(loss.uninformed)})"
    yield ("initial loss", told, "", of_rules(diagnosis, "ISO501"), "")


def of_rules(diagnosis: Diagnosis, code: str) -> str:
    """The worst that rules of a code found, with its sign; empty where none of them looked.

    Args:
        diagnosis: What was found.
        code: A code, or the beginning of one.

    Returns:
        A verdict.
    """
    found = [one.severity for one in diagnosis.findings if one.code.startswith(code)]
    if found:
        worst = min(found, key=SEVERITIES.index)
        return f"{SIGNS[worst]} {worst}"
    return f"{FINE} fine" if any(rule.startswith(code) for rule in diagnosis.rules) else ""
