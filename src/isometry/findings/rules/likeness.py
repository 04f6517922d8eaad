"""Samples that the net can no longer tell apart."""

import math
from collections.abc import Iterator

from isometry.findings import thresholds
from isometry.findings.finding import Severity
from isometry.findings.rule import Remark, Rule
from isometry.findings.rules.units import graded
from isometry.measurements import Course, Measurement


def _alike(measurement: Measurement) -> Iterator[Remark]:
    for course in measurement.courses:
        apart = [1 - one for one in course.similarities]
        known = [i for i, one in enumerate(apart) if math.isfinite(one) and course.stds[i] > 0]
        if not known or len(known) < len(apart) or min(apart[-2:]) > thresholds.ALIKE:
            continue
        last = max(apart[-2:])
        if last > thresholds.ALIKE_FALL * apart[0]:
            continue  # the batch itself is of one kind
        bad = graded(1 / max(last, LEAST), 1 / thresholds.ALIKE, 1 / thresholds.ALIKE_SEVERE)
        if bad:
            yield _remark(course, apart, bad)


LEAST = 1e-16
"""Cosines in double precision are known to this."""


def _remark(course: Course, apart: list[float], bad: Severity) -> Remark:
    first = next(i for i, one in enumerate(apart) if one < thresholds.ALIKE)
    return Remark(
        bad,
        course.paths[first:],
        f"From {course.paths[first]} on, all samples give nearly the same features: one minus the "
        f"cosine of two falls from {apart[0]:.2g} to {max(apart[-1], 0):.2g}, so that the output "
        "hardly depends on the input.",
        (
            ("1 - cosine of two samples, last", apart[-1]),
            ("1 - cosine of two samples, first", apart[0]),
        ),
    )


ALIKE = Rule(
    "ISO105",
    "indistinguishable-inputs",
    "Features that hardly depend on the sample.",
    "In the ordered phase two inputs come closer at every layer, at a rate that the depth "
    "multiplies, until only their common part is left; the gradient then has nothing to tell them "
    "apart by. The mean cosine of the features of a few samples is taken along layers that follow "
    "each other; it must fall on the way, so that a batch of like samples is not taken for a "
    "fault.",
    _alike,
    ("poole2016", "schoenholz2017"),
)
