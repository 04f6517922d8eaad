"""Sizes of the signal from layer to layer."""

from collections.abc import Iterator

from isometry.findings import causes
from isometry.findings.rule import Remark, Rule
from isometry.findings.rules import drift
from isometry.measurements import Measurement


def _vanishing(measurement: Measurement) -> Iterator[Remark]:
    yield from _silent(measurement)
    yield from _remarks(measurement, sign=-1)


def _exploding(measurement: Measurement) -> Iterator[Remark]:
    yield from _remarks(measurement, sign=1)


def _remarks(measurement: Measurement, *, sign: int) -> Iterator[Remark]:
    for one in drift.forward(measurement, sign=sign):
        seen, verb = one.trend, "shrinks" if sign < 0 else "grows"
        cause = causes.of_course(measurement, one.course, "forward")
        yield Remark(
            one.severity,
            one.course.paths,
            f"The signal {verb} by ×{one.factor:.3g} a layer over {len(one.course)} layers, its "
            f"std from {seen.first:.3g} to {seen.last:.3g}{cause}",
            (
                ("factor a layer", one.factor),
                ("decades in all", seen.total),
                ("band of finite widths, decades", one.course.band),
                ("first std", seen.first),
                ("last std", seen.last),
            ),
        )


def _silent(measurement: Measurement) -> Iterator[Remark]:
    for course in drift.silent(measurement):
        place = course.silent or 0
        cause = causes.of_course(measurement, course, "forward")
        yield Remark(
            "error",
            course.paths[place:],
            f"The signal is exactly zero from {course.paths[place]} on, for every sample{cause}",
            (
                ("layers that put out zeros", float(course.stds.count(0.0))),
                ("layers", float(len(course))),
            ),
        )


VANISHING = Rule(
    "ISO101",
    "vanishing-forward",
    "The signal's std shrinks from layer to layer.",
    "What a layer adds to or takes from the signal's size is multiplied over the depth. A signal "
    "that has vanished makes outputs that hardly depend on the input, and gradients of the weights "
    "that vanish with it. The std of each layer's output is compared along layers that follow each "
    "other; the slope of its logarithm is judged with the band that finite widths allow. The sums "
    "of a residual stream are judged by what they still do in their second half.",
    _vanishing,
    ("glorot2010", "he2015", "hanin2018"),
)
EXPLODING = Rule(
    "ISO102",
    "exploding-forward",
    "The signal's std grows from layer to layer.",
    "The reverse of ISO101: logits, losses and gradients become large numbers, activations "
    "saturate, low precision overflows. Measured and judged in the same way.",
    _exploding,
    ("glorot2010", "he2015", "hanin2018"),
)
