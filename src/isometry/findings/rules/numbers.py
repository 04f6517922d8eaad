"""Values and gradients that are no numbers."""

from collections.abc import Iterator
from dataclasses import replace

from isometry.findings.finding import Mend
from isometry.findings.rule import Remark, Rule
from isometry.findings.rules import storage
from isometry.measurements import Broken, Measurement

REFILL = Mend(
    "Fill this tensor anew; the others may stay.",
    'isometry.initialize(model, batch, recipe="auto", only=["{path}"])',
    "auto",
)
LOOK = Mend("Look at what the step divides by, takes a root or logarithm of, or overflows.")


def _values(measurement: Measurement) -> Iterator[Remark]:
    unwritten = storage.unwritten(measurement)
    for one in measurement.broken:
        if one.path in unwritten:
            continue  # another rule tells of the whole tensor
        yield Remark("error", (one.path,), _message(one, measurement), _evidence(one), _mend(one))


def _message(one: Broken, measurement: Measurement) -> str:
    if one.op == "parameter":
        return f"The tensor itself holds {_count(one)}; what takes it can only hand them on."
    where = f"the {one.op} in {one.path or measurement.model}"
    later = f"; {one.handed} later steps only hand them on" if one.handed else ""
    return f"{where[0].upper()}{where[1:]} makes {_count(one)} out of finite values{later}."


def _count(one: Broken) -> str:
    kinds = ((one.nans, "NaN"), (one.infinities, "infinite"))
    return " and ".join(f"{count} {word} values" for count, word in kinds if count)


def _evidence(one: Broken) -> tuple[tuple[str, float], ...]:
    return (("NaN values", float(one.nans)), ("infinite values", float(one.infinities)))


def _mend(one: Broken) -> Mend:
    if one.op != "parameter":
        return LOOK
    return replace(REFILL, code=REFILL.code.format(path=one.path), only=(one.path,))


def _gradients(measurement: Measurement) -> Iterator[Remark]:
    if measurement.broken_gradients and not measurement.broken:
        yield Remark(
            "error",
            measurement.broken_gradients,
            f"{len(measurement.broken_gradients)} gradients are not finite though all values are: "
            "a derivative is infinite there, as a root's or a norm's is at zero.",
            (("gradients", float(len(measurement.broken_gradients))),),
            LOOK,
        )


VALUES = Rule(
    "ISO103",
    "non-finite-values",
    "Values that are NaN or infinite, and who made them.",
    "One NaN spreads to everything after it. A step that makes such values out of finite ones is "
    "their producer; those after it only hand them on. Values of minus infinity are what masks "
    "write before a softmax, and are not counted.",
    _values,
    cause=True,
)
GRADIENTS = Rule(
    "ISO203",
    "non-finite-gradients",
    "Gradients that are NaN or infinite though all values are finite.",
    "The derivative of a root, of a norm or of a logarithm is infinite at zero; zero times "
    "infinity is NaN. All values of the forward are finite then, and one step of training makes "
    "every weight NaN.",
    _gradients,
)
