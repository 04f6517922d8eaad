"""Everything but plain stacks: branches of residual streams, maps beside norms, recurrence."""

from collections.abc import Iterator, Sequence
from math import sqrt

from isometry import schemes
from isometry.parameters import LINEAR, Parameter
from isometry.recipes import feeding
from isometry.recipes.auto.stacks import classic
from isometry.recipes.decisions import Decision

LONGEST_SHORT = 8
"""A recurrence over more steps than this gets gates for memories of all lengths."""


def decided(parameters: Sequence[Parameter]) -> Iterator[Decision]:
    """What to do with each weight and bias, looked at by itself."""
    for one in parameters:
        match one.role:
            case "weight":
                yield _weight(one)
            case "input":
                yield _input(one)
            case "free" if one.surroundings is not None and one.surroundings.residual == "output":
                yield Decision(one, schemes.Constant(1.0), "A learned factor on a branch: 1.")
            case "input-bias" if _length(one) > LONGEST_SHORT and one.layer in ("gru", "lstm"):
                yield _memory(one)
            case _:
                pass


def _weight(weight: Parameter) -> Decision:
    around = weight.surroundings
    if around is None:
        return classic(weight, "No step of the forward takes it.")
    if around.residual != "output":
        return classic(weight)
    if around.normed:
        return _normed_output(weight, around.depth)
    return Decision(
        weight,
        schemes.Constant(0.0),
        f"Last of a branch without norm: 0, so that {_sums(around.depth)} of the stream start as "
        f"the identity and no depth makes them explode.",
    )


def _normed_output(weight: Parameter, depth: int) -> Decision:
    plain = classic(weight)
    scheme = schemes.Scaled(plain.scheme, factor=1.0 / sqrt(depth)) if depth > 1 else plain.scheme
    return Decision(
        weight,
        scheme,
        f"Last of a branch, one of {depth} that add up: divided by sqrt({depth}), so that "
        f"their sum is as large as the stream. {plain.reason}",
    )


def _sums(depth: int) -> str:
    return "the one sum" if depth == 1 else f"all {depth} sums"


def _input(weight: Parameter) -> Decision:
    around = weight.surroundings
    fed = feeding.feed(around.feeds if around is not None and around.feeds else (LINEAR,))
    return Decision(
        weight,
        schemes.VarianceScaling(gain=fed.gain, fan="fan_in"),
        f"{fed.words}: variance gain²/fan_in for each gate, gain {fed.gain:.4g}.",
    )


def _length(parameter: Parameter) -> int:
    return 0 if parameter.surroundings is None else parameter.surroundings.length


def _memory(bias: Parameter) -> Decision:
    steps = _length(bias)
    names = {"forget": "z", "input": ""} if bias.layer == "gru" else {"forget": "f", "input": "i"}
    return Decision(
        bias,
        schemes.ChronoBias(longest=float(steps), **names),
        f"The sequence has {steps} steps: gates start with memories of all lengths up to that.",
    )
