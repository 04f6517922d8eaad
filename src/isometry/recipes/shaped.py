"""Shaped activations, written into the weights and biases around them.

``φ̂(x) = γ (φ(α x + β) + δ)`` needs no other network: ``α`` and ``β`` go into the weight and bias in
front of ``φ``, ``γ`` and ``δ`` into those behind it, where ``γ W (φ + δ) = γ W φ + γ δ W 1``.
"""

from collections.abc import Iterator, Sequence

from isometry import schemes, theory
from isometry.parameters import Parameter
from isometry.recipes.decisions import Decision
from isometry.recipes.levels import Level
from isometry.schemes import Scheme

ROUNDING = 1e-12
"""A mean below this, after the shape has made the variance 1, is none."""


def decided(
    stack: Sequence[Level],
    shapes: Sequence[theory.Shape | None],
    *,
    words: str,
    entry: float = 1.0,
    out: float = 1.0,
) -> Iterator[Decision]:
    """Weights and biases with which a plain stack computes what shaped activations would.

    Args:
        stack: Its levels.
        shapes: That of the activation behind each weight; ``None`` where there is none.
        words: How the reasons begin.
        entry: Factor on the first weight, for what comes in.
        out: Factor on the last weight.

    Yields:
        A decision for each weight and each bias.
    """
    before = [None, *shapes[:-1]]
    for number, (level, last, here) in enumerate(zip(stack, before, shapes, strict=True), 1):
        outer = (entry if number == 1 else 1.0) * (out if number == len(stack) else 1.0)
        yield from _level(level, last, here, outer=outer, words=words)


def isometric(weight: Parameter, gain: float) -> Scheme:
    """The orthogonal scheme for a weight's kind: of a kernel the central tap alone."""
    if weight.layer == "conv":
        return schemes.DeltaOrthogonal(gain=gain)
    return schemes.Orthogonal(gain=gain)


def _level(
    level: Level,
    last: theory.Shape | None,
    here: theory.Shape | None,
    *,
    outer: float,
    words: str,
) -> Iterator[Decision]:
    alpha, beta = (here.alpha, here.beta) if here is not None else (1.0, 0.0)
    gamma, delta = (last.gamma, last.delta) if last is not None else (1.0, 0.0)
    delta = delta if abs(gamma * delta) > ROUNDING else 0.0
    gain = alpha * gamma * outer
    fill = isometric(level.weight, gain)
    reason = f"{words}: {level.after or level.before} is shaped; orthogonal, gain {gain:.4g}."
    if level.bias is None:
        centred = schemes.Centred(fill) if delta else fill
        why = " Centred, for no bias can take the mean away." if delta else ""
        yield Decision(level.weight, centred, reason + why)
        return
    yield Decision(level.weight, fill, reason)
    yield _bias(level, level.bias, fill, delta=delta, beta=beta)


def _bias(level: Level, bias: Parameter, fill: Scheme, *, delta: float, beta: float) -> Decision:
    moves = f"Puts the input of {level.after} at {beta:.4g}." if level.after else ""
    if not delta:
        return Decision(bias, schemes.Constant(beta), moves or "A bias of 0 shifts nothing.")
    scheme = schemes.WeightSums(level.weight, fill, factor=delta, shift=beta)
    return Decision(bias, scheme, f"{moves} Takes away what a mean in front adds.".strip())
