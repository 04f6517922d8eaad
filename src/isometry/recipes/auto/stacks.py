"""Plain stacks: weights that keep signal and gradient through any depth, with no norm to help.

Shallow stacks need no more than a classic gain. Deep ones are mirrored, where the activation lets
mirrored units add up to a line (Balduzzi et al. 2017), or shaped: what ``γ (φ(α x + β) + δ)`` asks
for is written into the weights and biases on both sides of ``φ`` (Martens et al. 2021).
"""

from collections.abc import Iterator, Sequence
from math import log, sqrt
from typing import Literal

from isometry import errors, schemes, theory
from isometry.parameters import LINEAR, Parameter
from isometry.recipes import feeding, shaped
from isometry.recipes.decisions import Decision
from isometry.recipes.levels import Level, entry
from isometry.schemes import Scheme

SHALLOW = 4
"""Up to so many activations in a row a classic gain trains as fast as anything else."""

SETTLED = 2.0
"""Lengths that grow less than so much through a whole stack, an error in them included."""

ROOMY = 4.0
"""Slope of a whole stack whose lengths settle: at 30 layers it widens the window of learning rates
of SELU and sigmoid by half a decade over that of 1.5, and 10 narrows it again."""

TOLERANCE = log(2.0)
"""A classic gain serves while it changes the gradient's mean square less than twofold."""


def decided(stack: tuple[Level, ...]) -> Iterator[Decision]:
    """What to do with the weights and biases of one stack."""
    bent = [level.after for level in stack if level.after]
    if any(name.startswith("sin(") for name in bent):
        yield from _sines(stack)
    elif _is_shallow(stack, bent):
        yield from _classic(stack, _shallow_words(len(bent)))
    elif _can_mirror(stack, bent):
        yield from _mirrored(stack, len(bent))
    else:
        yield from _shaped(stack, bent)


def _shallow_words(count: int) -> str:
    return f"{count} activation{'s' if count != 1 else ''} in a row: a classic gain is enough."


def _is_shallow(stack: tuple[Level, ...], bent: Sequence[str]) -> bool:
    """Whether a gain alone keeps signal and gradient to the end of the stack."""
    if any(level.weight.layer == "conv_transpose" for level in stack):
        return True  # a strided transposed kernel has no isometry; its fans are known
    if len(bent) > SHALLOW:
        return False
    try:
        drift = sum(log(theory.chi(name, 1.0, weight_var=theory.gain(name) ** 2)) for name in bent)
    except errors.IsometryError:
        return True  # an activation without theory; the reason says that its gain is not known
    return abs(drift) <= TOLERANCE


def _classic(stack: tuple[Level, ...], words: str) -> Iterator[Decision]:
    for level in stack:
        yield classic(level.weight, words)
        if level.bias is not None:
            yield Decision(level.bias, schemes.Constant(0.0), "A bias of 0 shifts nothing.")


def classic(weight: Parameter, words: str = "") -> Decision:
    """The gain that what feeds a weight asks for, on orthogonal maps or He's kernels."""
    around = weight.surroundings
    feeds = around.feeds if around is not None and around.feeds else (LINEAR,)
    fed = feeding.feed(feeds)
    kernel = weight.layer in ("conv", "conv_transpose")
    scheme: Scheme
    if kernel:
        scheme = schemes.VarianceScaling(gain=fed.gain, fan="fan_in")
    else:
        scheme = schemes.Orthogonal(gain=fed.gain)
    kind = "variance gain²/fan_in" if kernel else "orthogonal"
    reason = f"{words} {fed.words}: {kind}, gain {fed.gain:.4g}."
    return Decision(weight, scheme, reason.strip())


def _can_mirror(stack: tuple[Level, ...], bent: Sequence[str]) -> bool:
    slopes = all(_mirror_slope(name) is not None for name in bent)
    return slopes and all(_has_pairs(level) for level in stack)


def _mirror_slope(name: str) -> float | None:
    try:
        slope = theory.mirror_slope(name)
    except errors.IsometryError:
        return None
    return slope if slope is not None and slope > 0 else None


def _has_pairs(level: Level) -> bool:
    """Whether the units on each bent side of a weight come in pairs."""
    axes = level.weight.axes
    if axes is None or axes.groups > 1 or axes.blocks is not None or axes.stacked:
        return False
    rows = [level.weight.shape[axis] for axis in axes.outputs] if level.after else []
    columns = [level.weight.shape[axis] for axis in axes.inputs] if level.before else []
    return all(length % 2 == 0 for length in (*rows, *columns))


def _mirrored(stack: tuple[Level, ...], depth: int) -> Iterator[Decision]:
    for level in stack:
        name = level.before or level.after
        reason = (
            f"Through {depth} activations: units in mirrored pairs, for {name}(u) - {name}(-u) is "
            f"a line, so that all singular values are 1."
        )
        yield Decision(level.weight, _mirrored_scheme(level), reason)
        if level.bias is not None:
            zero = schemes.Constant(0.0)
            yield Decision(level.bias, zero, "Mirrored pairs cancel while their biases are 0.")


def _mirrored_scheme(level: Level) -> Scheme:
    if level.before and level.after:
        return schemes.Mirrored(form="hidden", activation=level.before)
    if level.after:
        return schemes.Mirrored(form="first", activation=level.after, gain=entry(level))
    if level.before:
        return schemes.Mirrored(form="readout", activation=level.before)
    return shaped.isometric(level.weight, 1.0)


def _shaped(stack: tuple[Level, ...], bent: Sequence[str]) -> Iterator[Decision]:
    depth = len(bent)
    try:
        shapes = [_shape(level, depth) for level in stack]
    except errors.IsometryError as error:
        yield from _classic(stack, f"No shape is known for {depth} activations ({error}).")
        return
    words = f"Through {depth} activations, so that lengths and angles pass them all"
    yield from shaped.decided(stack, shapes, words=words, entry=entry(stack[0]))


def _shape(level: Level, depth: int) -> theory.Shape | None:
    """The shape of the activation behind a weight, with no shift where no bias can make one.

    A larger slope bends more and leaves the optimizer more room; it is taken unless an error in
    length would grow with it through the stack.
    """
    if not level.after:
        return None
    fixed = 0.0 if level.bias is None else None
    layers = theory.Layers(depth)
    roomy = theory.steady(level.after, slope=theory.slope_for(layers, zeta=ROOMY), beta=fixed)
    if roomy.condition("Q'(1)").value ** depth <= SETTLED:
        return roomy
    return theory.steady(level.after, slope=theory.slope_for(layers), beta=fixed)


def _sines(stack: tuple[Level, ...]) -> Iterator[Decision]:
    for level in stack:
        name = level.before or level.after
        w0 = dict(theory.activation(name).parameters).get("w0", 1.0) if name else 1.0
        place: Literal["first", "hidden"] = "hidden" if level.before else "first"
        yield Decision(
            level.weight,
            schemes.Siren(place=place, w0=w0),
            f"A net of sines: each preactivation is normal with variance 1 after {name}.",
        )
        if level.bias is not None:
            bound = 1.0 / sqrt(max(1, level.weight.size // level.bias.size))
            yield Decision(
                level.bias,
                schemes.Uniform(low=-bound, high=bound),
                "Phases of a net of sines: uniform within 1/sqrt(fan_in).",
            )
