"""Sizes of the gradient from layer to layer, on its way back."""

from collections.abc import Iterator

from isometry.findings import causes
from isometry.findings.rule import Remark, Rule
from isometry.findings.rules import drift
from isometry.measurements import Measurement, trend


def _vanishing(measurement: Measurement) -> Iterator[Remark]:
    yield from _remarks(measurement, sign=-1)


def _exploding(measurement: Measurement) -> Iterator[Remark]:
    yield from _remarks(measurement, sign=1)


def _remarks(measurement: Measurement, *, sign: int) -> Iterator[Remark]:
    for one in drift.backward(measurement, sign=sign):
        verb, factor = "shrinks" if sign < 0 else "grows", 1 / one.factor
        first, last = one.trend.first, one.trend.last
        cause = causes.of_course(measurement, one.course, "backward")
        yield Remark(
            one.severity,
            one.course.paths,
            f"Going back, the gradient {verb} by ×{factor:.3g} a layer over {len(one.course)} "
            f"layers, its norm from {last:.3g} at the last to {first:.3g} at the first{cause}",
            (
                ("factor a layer, going back", factor),
                ("decades in all", -one.trend.total),
                ("decades of its rms", -trend(one.course.rms_deltas).total),
                ("band of finite widths, decades", one.course.band),
                ("norm at the last layer", last),
                ("norm at the first layer", first),
            ),
        )


_WHY = (
    "The gradient with respect to what a layer puts out is carried back through the same weights "
    "and the slopes of the activations, and what each does to its size is multiplied over the "
    "depth. It is this gradient that is compared, not the gradient of the weights: that one is the "
    "product of the signal and of this gradient, and looks healthy when one vanishes forwards and "
    "the other backwards. Both the gradient's norm and its root mean square must drift, so that a "
    "change of width is not taken for one."
)

VANISHING = Rule(
    "ISO201",
    "vanishing-backward",
    "The gradient shrinks from layer to layer on its way back.",
    f"First layers that no gradient reaches do not learn. {_WHY}",
    _vanishing,
    ("glorot2010", "he2015", "schoenholz2017"),
)
EXPLODING = Rule(
    "ISO202",
    "exploding-backward",
    "The gradient grows from layer to layer on its way back.",
    f"First layers that meet a huge gradient diverge at rates that the last ones need. {_WHY}",
    _exploding,
    ("glorot2010", "he2015", "schoenholz2017"),
)
