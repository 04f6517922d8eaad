"""Samples that the net can no longer tell apart."""

import math
from collections.abc import Iterator

from isometry.findings import thresholds
from isometry.findings.rule import Remark, Rule
from isometry.findings.rules.units import graded
from isometry.measurements import Layer, Measurement


def _alike(measurement: Measurement) -> Iterator[Remark]:
    seen = [one for one in measurement.layers if math.isfinite(one.similarity)]
    if not seen or 1 - seen[0].similarity < thresholds.ALIKE:
        return  # the batch itself is of one kind
    limit = thresholds.ALIKE
    found = [one for one in seen if one.values.std > 0 and 1 - one.similarity < limit]
    closest = min((1 - one.similarity for one in found), default=1.0)
    bad = graded(1 / max(closest, 1e-16), 1 / limit, 1 / thresholds.ALIKE_SEVERE)
    if found and bad:
        yield Remark(
            bad,
            tuple(one.path for one in found),
            _message(found[0], closest),
            (
                ("1 - cosine of two samples, least", closest),
                ("1 - cosine at the first layer", 1 - seen[0].similarity),
            ),
        )


def _message(first: Layer, closest: float) -> str:
    return (
        f"From {first.path} on, all samples give nearly the same features: one minus the cosine of "
        f"two falls to {closest:.2g}, so that the output hardly depends on the input."
    )


ALIKE = Rule(
    "ISO105",
    "indistinguishable-inputs",
    "Features that hardly depend on the sample.",
    "In the ordered phase two inputs come closer at every layer, at a rate that the depth "
    "multiplies, until only their common part is left; the gradient then has nothing to tell them "
    "apart by. The mean cosine of the features of a few samples is taken at every layer.",
    _alike,
    ("poole2016", "schoenholz2017"),
)
