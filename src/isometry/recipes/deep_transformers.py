"""Recipes for transformers of many layers: DeepNorm, T-Fixup, Admin."""

from collections.abc import Mapping, Sequence
from math import sqrt

from isometry import schemes
from isometry.parameters import Parameter, Part
from isometry.recipes import fragments, packed
from isometry.recipes.demands import Demand
from isometry.recipes.fragments import Choice
from isometry.recipes.rule import Recipe, Rule
from isometry.recipes.streams import Stream, required
from isometry.schemes import VarianceScaling

XAVIER = VarianceScaling(fan="fan_avg")

SCALED: tuple[Part, ...] = ("value", "attention-output", "gate", "up", "down")
"""The parts whose size decides how much a branch changes its stream; queries and keys do not."""


def deepnorm(parameters: Sequence[Parameter] = ()) -> Recipe:
    """DeepNorm: post-norm streams times alpha, values, outputs and feed-forwards times beta.

    ``x ← norm(alpha x + f(x))``. With N layers in an encoder and M in a decoder: alone,
    ``alpha = (2N)^(1/4)``, ``beta = (8N)^(-1/4)``; together, ``alpha = 0.81 (N⁴M)^(1/16)``,
    ``beta = 0.87 (N⁴M)^(-1/16)`` for the encoder and ``(3M)^(1/4)``, ``(12M)^(-1/4)`` for the
    decoder (Wang et al. 2022, figure 2). Layers are counted as pairs of branches, triples in a
    decoder. The multiplier alpha is a demand on the architecture.

    Args:
        parameters: The model's tensors.

    Returns:
        The recipe.

    Raises:
        InputError: The model has no stream with attention whose every sum is normed.
    """
    found = required(parameters, "deepnorm", attention=True, normed=True)
    factors = {one.number: _deepnorm(one, found) for one in found}
    return Recipe(
        name="deepnorm",
        summary="Glorot normal, values, outputs and feed-forwards times beta; streams times alpha.",
        rules=_scaled(parameters, {number: beta for number, (_, beta) in factors.items()}),
        references=("wang2022",),
        demands=tuple(
            Demand(
                "stream",
                factors[one.number][0],
                "DeepNorm: the stream outweighs what a branch adds to it.",
                one.outputs,
            )
            for one in found
        ),
    )


def _deepnorm(one: Stream, all_of_them: Sequence[Stream]) -> tuple[float, float]:
    """Alpha and beta of a stream."""
    decoders = [other.layers for other in all_of_them if other.cross]
    encoders = [other.layers for other in all_of_them if not other.cross]
    if one.cross:
        return (3 * one.layers) ** 0.25, (12 * one.layers) ** -0.25
    if decoders and encoders:
        both = (one.layers**4 * max(decoders)) ** (1 / 16)
        return 0.81 * both, 0.87 / both
    return (2 * one.layers) ** 0.25, (8 * one.layers) ** -0.25


def t_fixup(parameters: Sequence[Parameter] = ()) -> Recipe:
    """T-Fixup: Glorot's rule, smaller with depth, for transformers without norms or warm-up.

    Values, outputs and feed-forwards are scaled by ``0.67 N^(-1/4)`` in an encoder of N layers and
    by ``(9M)^(-1/4)`` in a decoder of M; embeddings, of variance 1/features, by the decoder's
    factor, of M layers, else ``(9N)^(-1/4)`` (Huang et al. 2020, section 4). A stream without
    attention to another one counts as an encoder. Norms are to be left out: a demand on the
    architecture.

    Args:
        parameters: The model's tensors.

    Returns:
        The recipe.

    Raises:
        InputError: The model has no residual branch with attention.
    """
    found = required(parameters, "t-fixup", attention=True)
    deepest = max((one.layers for one in found if one.cross), default=None)
    layers = max(one.layers for one in found) if deepest is None else deepest
    table = schemes.Scaled(schemes.InverseWidth(), factor=(9 * layers) ** -0.25)
    words = f"Rows of length (9 · {layers:g})^(-1/4), as small as the branches that follow ask."
    return Recipe(
        name="t-fixup",
        summary="Glorot, smaller with depth, for transformers without norms or warm-up.",
        rules=(
            fragments.table(table, words),
            *_scaled(parameters, {one.number: _t_fixup(one) for one in found}, table=False),
        ),
        references=("huang2020",),
        demands=(Demand("no-norm", 1.0, "T-Fixup takes the place of norms and warm-up."),),
    )


def _t_fixup(one: Stream) -> float:
    return float((9 * one.layers) ** -0.25 if one.cross else 0.67 * one.layers**-0.25)


def _scaled(
    parameters: Sequence[Parameter], factors: Mapping[int, float], *, table: bool = True
) -> tuple[Rule, ...]:
    """Glorot's rule, with a factor for each stream on the parts that decide its branches' size."""

    def choose(one: Parameter) -> Choice | None:
        around = one.surroundings
        if one.role != "weight" or around is None or around.stream not in factors:
            return None
        if not {*around.parts} & {*SCALED}:
            return None
        factor = factors[around.stream]
        scheme = VarianceScaling(gain=factor, fan="fan_avg")
        names = " and ".join(part for part in around.parts if part in SCALED)
        words = f"Glorot times {factor:.4g}: {names} decides how much a branch changes its stream."
        return Choice(packed.by_part(one, dict.fromkeys(SCALED, scheme), XAVIER), words)

    reason = "Variance 2/(fan_in + fan_out): this weight does not change the size of a branch."
    return (
        *fragments.chosen(parameters, choose),
        *fragments.weights(XAVIER, reason),
        *((fragments.UNIT_TABLE,) if table else ()),
        *fragments.others(parameters),
    )


def admin(
    parameters: Sequence[Parameter] = (), *, attention: float = 1.0, feedforward: float = 0.32
) -> Recipe:
    """Admin: Glorot's rule; each sum of a post-norm stream takes the stream times omega.

    ``x ← norm(omega_i x + f_i(x))`` with ``omega_i² = sum of Var f_j over j < i``, the input's
    variance 1 included (Liu et al. 2020, section 4.1). The paper measures ``Var f_j`` in one
    forward; here it is stated. Glorot's rule gives a feed-forward branch four times as wide as its
    stream ``2/5 · 1/2 · 8/5 = 0.32`` after ReLU, and attention 1 where all tokens agree, less where
    they differ. The multipliers omega are a demand on the architecture.

    Args:
        parameters: The model's tensors.
        attention: Variance that an attention branch adds.
        feedforward: Variance that any other branch adds.

    Returns:
        The recipe.

    Raises:
        InputError: The model has no stream whose every sum is normed.
    """
    found = required(parameters, "admin", normed=True)
    return Recipe(
        name="admin",
        summary="Glorot normal; each sum takes a post-norm stream times its omega.",
        rules=(
            *fragments.weights(XAVIER, "Variance 2/(fan_in + fan_out), as Admin profiles it."),
            fragments.UNIT_TABLE,
            *fragments.others(parameters),
        ),
        references=("liu2020",),
        demands=tuple(
            demand for one in found for demand in _omegas(parameters, one, attention, feedforward)
        ),
    )


def _omegas(
    parameters: Sequence[Parameter], stream: Stream, attention: float, feedforward: float
) -> tuple[Demand, ...]:
    """One demand for each branch, in the order of the stream."""
    ends: dict[int, list[Parameter]] = {}
    for one in parameters:
        around = one.surroundings
        if one.path in stream.outputs and around is not None:
            ends.setdefault(around.place, []).append(one)
    total, demands = 1.0, []
    for _, ending in sorted(ends.items()):
        paths = tuple(one.path for one in ending)
        demands.append(Demand("stream", sqrt(total), "Admin: omega of this sum.", paths))
        total += sum(attention if _attends(one) else feedforward for one in ending)
    return tuple(demands)


def _attends(one: Parameter) -> bool:
    return one.surroundings is not None and "attention-output" in one.surroundings.parts
