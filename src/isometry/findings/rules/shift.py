"""Activations whose mean is much larger than their spread."""

from collections.abc import Iterator

from isometry.findings import thresholds
from isometry.findings.rule import Remark, Rule
from isometry.measurements import Layer, Measurement


def _shifted(measurement: Measurement) -> Iterator[Remark]:
    found = [one for one in measurement.layers if _is_shifted(one)]
    if not found:
        return
    worst = max(found, key=lambda one: one.shift)
    yield Remark(
        "warning",
        tuple(one.path for one in found),
        f"What enters {len(found)} layers is mostly a constant: at {worst.path} its mean is "
        f"{worst.shift:.3g} times its std, so that one direction of the weights has "
        f"{worst.fan_in * worst.shift**2:.3g} times the curvature of the others.",
        (
            ("|mean| / std of what enters, worst", worst.shift),
            ("layers", float(len(found))),
        ),
    )


def _is_shifted(one: Layer) -> bool:
    averaged = {"pooling", "reduction"} & {*one.around.sources}
    return one.fan_in > 1 and not averaged and one.shift > thresholds.SHIFT


MEAN_SHIFT = Rule(
    "ISO104",
    "mean-shift",
    "Inputs of a layer whose mean dominates their spread.",
    "The second moments of n inputs with mean m and std s have one eigenvalue of about n m² beside "
    "those of s²: training is as ill-conditioned as their ratio (LeCun et al. 1998, section 4.3). "
    "ReLU has a ratio |mean|/std of 0.7, a sigmoid around zero 2 to 3. What enters each layer that "
    "mixes several inputs is taken; gates and outputs, which should be one-sided, are not, nor are "
    "averages over positions, which lose their spread but not their mean.",
    _shifted,
    ("lecun1998",),
)
