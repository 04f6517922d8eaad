"""Parameters that no gradient reaches, and products of two zeros that none ever will."""

from collections.abc import Iterator

from isometry.findings.finding import Mend
from isometry.findings.rule import Remark, Rule
from isometry.findings.rules.flat import is_silent
from isometry.findings.rules.mending import listed
from isometry.measurements import Measurement, Unreached

LOOK = Mend(
    "Look whether the loss should depend on them: a detach(), an argmax or a module that is not "
    "called cuts the way back."
)
FINE = Mend("Nothing: the first step moves the zeros, and from the second on a gradient passes.")


def _unreached(measurement: Measurement) -> Iterator[Remark]:
    if measurement.broken or is_silent(measurement):
        return  # what stops gradients there is told by others
    yield from _held(measurement)
    yield from _detached(measurement)
    yield from _stopped(measurement)


def _held(measurement: Measurement) -> Iterator[Remark]:
    held = [one for one in measurement.unreached if one.state == "held"]
    if held:
        zeros = tuple(dict.fromkeys(path for one in held for path in one.by))
        yield Remark(
            "note",
            zeros,
            f"{len(held)} tensors get no gradient in the first step, because they stand before "
            f"zeros ({listed(zeros)}) that get one themselves: a branch that starts as nothing.",
            (("tensors", float(len(held))), ("tensors of zeros", float(len(zeros)))),
            FINE,
        )


def _detached(measurement: Measurement) -> Iterator[Remark]:
    found = [one for one in measurement.unreached if one.state == "detached"]
    if found:
        yield Remark(
            "note",
            tuple(one.path for one in found),
            f"The loss does not depend on {len(found)} tensors that the forward uses "
            f"({listed(tuple(one.path for one in found))}).",
            (("tensors", float(len(found))),),
            LOOK,
        )


def _stopped(measurement: Measurement) -> Iterator[Remark]:
    """What neither zeros nor the graph explain, such as units without slope; others tell of it."""
    weights = {one.path for one in measurement.layers}
    found = [one for one in measurement.unreached if one.state == "stopped"]
    if found:
        paths = tuple(one.path for one in found)
        yield Remark(
            "warning" if weights & {*paths} else "note",
            paths,
            f"The gradient of {len(found)} tensors is exactly zero ({listed(paths)}): no slope of "
            "an activation, or a difference that cancels them, lies on every way to the loss.",
            (("tensors", float(len(found))),),
        )


def _stuck(measurement: Measurement) -> Iterator[Remark]:
    if is_silent(measurement):
        return  # zeros on the only way, of which another rule tells
    zero = {one.path for one in measurement.zeros if not one.reached}
    stuck = [one for one in measurement.unreached if one.state == "stuck"]
    if not any(one.path in zero for one in stuck):
        return
    first = next(one for one in stuck if one.path in zero)
    refill = _opening(stuck, zero)
    yield Remark(
        "error",
        tuple(one.path for one in stuck),
        f"{first.path} and {listed(first.by)} are both zero and multiplied with each other: the "
        "gradient of each is the other, so that both stay zero for ever.",
        (("tensors that never get a gradient", float(len(stuck))),),
        Mend(
            "Start one of the two at random, the one that is applied first; the product stays zero "
            "and learns.",
            f'isometry.initialize(model, batch, recipe="he", only={list(refill)!r})',
            "he",
            refill,
        ),
    )


def _opening(stuck: list[Unreached], zero: set[str]) -> tuple[str, ...]:
    """Zeros that others hold back, without those that hold them back."""
    holding = {path for one in stuck for path in one.by}
    first = tuple(one.path for one in stuck if one.path in zero and one.path not in holding)
    return first or tuple(one.path for one in stuck if one.path in zero)[:1]


UNREACHED = Rule(
    "ISO205",
    "unreached-parameters",
    "Parameters whose gradient is missing or exactly zero.",
    "A tensor that gets no gradient does not learn. Three things are told apart by the graph: "
    "zeros further on that get a gradient themselves, as the last weight of a residual branch or "
    "an adapter does, which is meant; a loss that does not depend on the tensor; and units without "
    "slope, which is a fault.",
    _unreached,
    ("zhang2019", "goyal2017"),
)
ZERO_PRODUCT = Rule(
    "ISO406",
    "zero-times-zero",
    "Two tensors of zeros whose product neither can leave.",
    "The gradient of each factor is the other factor. One zero is a start from nothing, as LoRA's "
    "B is; two in series stay zero for ever. A tensor is called stuck if no gradient can reach it "
    "once all zeros that do get one have moved.",
    _stuck,
    ("hu2022",),
    cause=True,
)
