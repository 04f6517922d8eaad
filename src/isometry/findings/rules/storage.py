"""Values that nobody wrote, or that their dtype cannot hold."""

from collections.abc import Iterator

from isometry import measurements
from isometry.findings import thresholds
from isometry.findings.finding import Mend
from isometry.findings.rule import Remark, Rule
from isometry.findings.rules.mending import listed, refilled
from isometry.findings.rules.units import graded
from isometry.measurements import Layer, Measurement, TensorMeasurement

HALF = "float16"
WIDER = Mend("Keep this tensor in float32 or bfloat16, or make its values larger.")
SCALED = Mend("Multiply the loss by a constant before the backward pass, and divide after it.")


def unwritten(measurement: Measurement) -> dict[str, TensorMeasurement]:
    """Tensors that nobody wrote, by path."""
    return {one.path: one for one in measurement.tensors if _is_garbage(one)}


def _unwritten(measurement: Measurement) -> Iterator[Remark]:
    found = unwritten(measurement)
    if found:
        paths = (*found,)
        yield Remark(
            "error",
            paths,
            f"{listed(paths)} {'holds' if len(paths) == 1 else 'hold'} what was in memory before: "
            "values over more powers of ten than any start has. Allocation without "
            "initialization, as `to_empty` after a build on meta, leaves that.",
            tuple(
                (f"largest of {one.path}", max(one.high, -one.low)) for one in [*found.values()][:3]
            ),
            refilled(paths),
        )


def _is_garbage(one: TensorMeasurement) -> bool:
    """Other rules tell of single NaNs in a tensor that is fine elsewhere."""
    largest = max(one.high, -one.low)
    wild = not one.nonfinite or largest > thresholds.WILD
    return one.apparent.family == "uninitialized" and wild


def _range(measurement: Measurement) -> Iterator[Remark]:
    garbage = unwritten(measurement)
    for one in measurement.tensors:
        if one.path in garbage:
            continue
        bad = graded(one.subnormal, thresholds.SUBNORMAL, thresholds.SUBNORMAL_SEVERE)
        if bad:
            yield Remark(
                bad,
                (one.path,),
                f"{one.subnormal:.0%} of {one.path} lie below the least normal number of its "
                "dtype and have lost digits.",
                (("share of subnormal values", one.subnormal),),
                WIDER,
            )
        if one.clipped > 0:
            yield Remark(
                "warning",
                (one.path,),
                f"{one.clipped:.2%} of {one.path} are the largest number of its dtype: they were "
                "clipped.",
                (("share at the largest number", one.clipped),),
                WIDER,
            )
    yield from _halves(measurement)


def _halves(measurement: Measurement) -> Iterator[Remark]:
    """Gradients that float16 turns to zero, where it is what they are kept in."""
    halves = {one.path for one in measurement.parameters if one.dtype == HALF}
    lost = [(one, _lost(one)) for one in measurement.layers if one.path in halves]
    found = [(one, share) for one, share in lost if share > thresholds.UNDERFLOW]
    if found:
        worst = max(share for _, share in found)
        yield Remark(
            "warning",
            tuple(one.path for one, _ in found),
            f"The gradients of {len(found)} weights are so small that float16 makes up to "
            f"{worst:.0%} of them zero.",
            (("share of gradients lost, worst", worst),),
            SCALED,
        )


def _lost(one: Layer) -> float:
    if one.weight_gradient is None or not one.weight_gradient.rms > 0:
        return 0.0
    return measurements.cast_losses_of_rms(one.weight_gradient.rms, dtypes=(HALF,))[0].underflow


UNWRITTEN = Rule(
    "ISO605",
    "uninitialized-values",
    "Tensors that still hold what was in memory.",
    "Values that nobody wrote look like anything: huge, subnormal, NaN, or zeros by luck. A tensor "
    "is called uninitialized where its magnitudes span more than twenty powers of ten, or where a "
    "wide dtype holds subnormal numbers; memory that happens to be zero cannot be told from a "
    "start at zero.",
    _unwritten,
    cause=True,
)
RANGE = Rule(
    "ISO606",
    "out-of-range",
    "Values or gradients at the ends of their dtype's range.",
    "Below the least normal number of a dtype digits are lost, below half its smallest number all "
    "of them; above its largest number there is none. Weights are counted as they are stored; "
    "gradients are judged as normal numbers of their measured root mean square, where the weight "
    "is kept in float16.",
    _range,
    ("micikevicius2018",),
)
