"""Schemes that do not fit: the activation before, the fan, a bias that a norm takes away."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from isometry.findings import causes
from isometry.findings.finding import AUTO, Mend
from isometry.findings.rule import Remark, Rule
from isometry.findings.rules import drift
from isometry.findings.rules.mending import listed, refilled
from isometry.measurements import Course, Layer, Measurement, TensorMeasurement
from isometry.parameters import Parameter

LAWS = ("normal", "truncated normal", "uniform")
GAINS = (("LeCun", 1.0), ("He", math.sqrt(2.0)))
"""What the published laws make of ``std · √fan``."""
PUBLISHED = (
    *("glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "lecun_normal"),
    *("lecun_uniform", "orthogonal"),
)
"""Schemes that a user may have meant, the one that is meant most where several are the same."""
FIXED = (0.01, 0.02)
"""Stds that are used without regard to a fan, in transformers and GANs."""
NEAR = 0.05
"""How far, as a relative number, a std may be off one that is said to have been meant."""


def _mismatch(measurement: Measurement) -> Iterator[Remark]:
    looks = {one.path: one for one in measurement.tensors}
    for course, direction in _drifting(measurement):
        layers = [one for one in measurement.layers if one.step in course.steps[1:]]
        for activation in dict.fromkeys(feed for one in layers for feed in one.around.feeds):
            fed = [one for one in layers if one.around.feeds == (activation,)]
            wanted = causes.needed(activation, direction)
            off = [one for one in fed if _is_off(one, wanted)]
            if off and off[0].path in looks:
                yield _mismatched(off, looks[off[0].path], activation, wanted)


def _drifting(measurement: Measurement) -> Iterator[tuple[Course, causes.Direction]]:
    """Plain courses with a drift, each once."""
    seen: dict[tuple[int, ...], tuple[Course, causes.Direction]] = {}
    for sign in (-1, 1):
        for one in drift.forward(measurement, sign=sign):
            seen.setdefault(one.course.steps, (one.course, "forward"))
        for one in drift.backward(measurement, sign=sign):
            seen.setdefault(one.course.steps, (one.course, "backward"))
    yield from (found for found in seen.values() if found[0].kind == "plain")


def _is_off(one: Layer, wanted: float) -> bool:
    fits = math.isfinite(wanted) and one.gain > 0
    return fits and one.weight.std > 0 and abs(math.log(one.gain / wanted)) > causes.NEAR


def _mismatched(
    off: list[Layer], look: TensorMeasurement, activation: str, wanted: float
) -> Remark:
    kind = causes.named(activation)
    return Remark(
        "warning",
        tuple(one.path for one in off),
        f"{len(off)} layers that {kind} feeds look like {_named(look)}, of gain "
        f"{off[0].gain:.3g}; {kind} needs {wanted:.3g}, and the depth multiplies the difference.",
        (
            ("gain", off[0].gain),
            ("gain that is needed", wanted),
            ("looks like", _named(look)),
            ("layers", float(len(off))),
        ),
        AUTO,
    )


def _named(look: TensorMeasurement) -> str:
    if look.apparent.default:
        return "torch's default"
    fits = {*look.apparent.fits}
    named = next((name for name in PUBLISHED if name in fits), "")
    return named or f"a {look.apparent.family} law of std {look.std:.3g}"


@dataclass(frozen=True, slots=True)
class Guess:
    """A law that a std follows under the fan that the bare shape has."""

    law: str
    fan: float
    meant: float


def _wrong_fan(measurement: Measurement) -> Iterator[Remark]:
    looks = {one.path: one for one in measurement.tensors}
    described = {one.path: one for one in measurement.parameters}
    for one in {layer.path: layer for layer in measurement.layers}.values():
        look, parameter = looks.get(one.path), described.get(one.path)
        if look is None or parameter is None or one.path in measurement.frozen:
            continue
        guess = _guess(one, look, parameter)
        if guess is not None:
            yield Remark(
                "note",
                (one.path,),
                f"The std of {one.path} is {look.std:.3g}, {guess.law}'s for a fan of "
                f"{guess.fan:g} as its bare shape {parameter.shape} has; what it maps has fan_in "
                f"{one.fan_in:g}, for which that law has {guess.meant:.3g}.",
                (("std", look.std), ("std for its fan_in", guess.meant), ("fan_in", one.fan_in)),
                refilled((one.path,)),
            )


def _guess(one: Layer, look: TensorMeasurement, parameter: Parameter) -> Guess | None:
    """The law that explains a std only if the fan was read off the shape."""
    known = look.apparent.default or {*PUBLISHED} & {*look.apparent.fits}
    fixed = any(abs(look.std / std - 1) < NEAR for std in FIXED)
    if known or fixed or look.apparent.family not in LAWS or len(parameter.shape) < 2:
        return None
    window = math.prod(parameter.shape[2:])
    for fan in (parameter.shape[1] * window, parameter.shape[0] * window):
        for law, gain in GAINS:
            if abs(look.std * math.sqrt(fan) / gain - 1) < NEAR and _differs(fan, one):
                return Guess(law, fan, gain / math.sqrt(one.fan_in))
    return None


def _differs(fan: float, one: Layer) -> bool:
    """Whether a fan is neither of the two that a law may be meant for."""
    return all(abs(math.log(fan / true)) > math.log(2) / 2 for true in (one.fan_in, one.fan_out))


def _bias(measurement: Measurement) -> Iterator[Remark]:
    spread = {one.path: one.rms for one in measurement.tensors}
    found = tuple(
        path
        for one in measurement.layers
        for path in one.biases
        if one.centred and spread.get(path, 0.0) > 0
    )
    if found:
        yield Remark(
            "note",
            found,
            f"{len(found)} biases ({listed(found)}) are not zero, though the norm after them "
            "subtracts each unit's mean and with it the bias: they do nothing and never learn.",
            (("biases", float(len(found))),),
            Mend("Build these layers with bias=False; nothing is lost if they stay."),
        )


MISMATCH = Rule(
    "ISO601",
    "scheme-activation-mismatch",
    "Weights whose scheme does not fit the activation before them.",
    "The gain of a weight, its root mean square times the root of its fan-in, should undo what the "
    "activation before it does to the signal. A scheme that suits another activation is off by a "
    "factor that a deep stack multiplies; so this speaks only where signal or gradient do drift "
    "along a stack without norms. What the weights look like is read off their values.",
    _mismatch,
    ("he2015", "glorot2010"),
    cause=True,
)
FAN = Rule(
    "ISO602",
    "wrong-fan",
    "A std that fits a law only under the fan of the bare shape.",
    "Groups, strides of transposed convolutions, packed and stacked matrices and transposed "
    "storage make the fan something else than a product of lengths of the shape. Where a std "
    "agrees with no law under the true fans, and with He's or LeCun's under the shape's, that was "
    "probably meant.",
    _wrong_fan,
    cause=True,
)
BIAS = Rule(
    "ISO603",
    "bias-before-norm",
    "Biases that a norm takes away again.",
    "A norm that subtracts each unit's own mean, as batch and instance norms do, makes the bias "
    "before it irrelevant. It is harmless and costs memory.",
    _bias,
    ("ioffe2015",),
)
