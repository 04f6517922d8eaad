"""Attention that looks at one key only."""

import math
from collections.abc import Iterator

from isometry.findings import thresholds
from isometry.findings.finding import Severity
from isometry.findings.rule import Remark, Rule
from isometry.measurements import Attention, Measurement


def _peaked(measurement: Measurement) -> Iterator[Remark]:
    found = [one for one in measurement.attentions if _is_peaked(one)]
    if not found:
        return
    worst = min(found, key=lambda one: one.entropy)
    severity: Severity = "error" if worst.entropy < thresholds.ENTROPY_SEVERE else "warning"
    logits = f" (std of the logits {worst.logits:.3g})" if math.isfinite(worst.logits) else ""
    yield Remark(
        severity,
        tuple(dict.fromkeys(one.path for one in found)),
        f"{len(found)} of {len(measurement.attentions)} attentions look at few keys before they "
        f"have learned where to look: in {worst.path or measurement.model} a query's weights have "
        f"{worst.entropy:.0%} of the entropy that {worst.visible:.3g} equal keys have{logits}; "
        "hardly any gradient passes such a softmax.",
        (
            ("entropy over log keys, least", worst.entropy),
            ("keys that a query sees", worst.visible),
            ("std of the logits there", worst.logits),
        ),
    )


def _is_peaked(one: Attention) -> bool:
    return one.visible >= thresholds.KEYS and one.entropy < thresholds.ENTROPY


PEAKED = Rule(
    "ISO106",
    "peaked-attention",
    "Attention whose weights are all on one key.",
    "The gradient of a softmax is p(1 - p): where one key takes all, queries and keys learn "
    "nothing. Logits of std s over n keys leave about 1 - s²/(2 log n) of the entropy of equal "
    "keys, as long as s is small; the usual starts have s below 1. Large weights of queries and "
    "keys, inputs without a norm and a forgotten 1/√d make them large.",
    _peaked,
    ("vaswani2017", "zhai2023"),
)
