"""Recipes that start near the identity: ZerO, IDInit, the tanh identity, mimetic attention."""

from collections.abc import Sequence
from math import prod, sqrt

from isometry import errors, schemes
from isometry.parameters import Parameter, Part
from isometry.recipes import fragments, packed
from isometry.recipes.fragments import Choice
from isometry.recipes.residual import he_by_feed
from isometry.recipes.rule import Recipe, Rule, Selector
from isometry.schemes import IDInit, Scheme


def zero(parameters: Sequence[Parameter] = ()) -> Recipe:
    """ZerO: identities, Hadamard corners where outputs outnumber inputs, branches that end in 0.

    Nothing is random but embeddings and recurrent maps (Zhao et al. 2021, algorithm 1).

    Args:
        parameters: The model's tensors.

    Returns:
        The recipe.
    """
    words = "ZerO: the identity, or a Hadamard corner that keeps the rank of later changes free."
    return Recipe(
        name="zero",
        summary="Identities, Hadamard corners where maps widen, branches that end in 0.",
        rules=(
            *_outputs(parameters, fragments.ZERO, "ZerO: a residual branch ends in 0."),
            *fragments.weights(schemes.ZerO(), words),
            fragments.UNIT_TABLE,
            *fragments.others(parameters),
        ),
        references=("zhao2021",),
    )


def idinit(parameters: Sequence[Parameter] = (), *, noise: float = 0.0) -> Recipe:
    """IDInit: tiled identities, sqrt(2) of them after ReLU; branches end in almost 0.

    A last weight of 1e-6 with signs that alternate from tile to tile leaves no unit dead (Pan et
    al. 2025, section 3).

    Args:
        parameters: The model's tensors.
        noise: Standard deviation of normal noise on weights, which loosens the symmetry.

    Returns:
        The recipe.
    """

    def choose(one: Parameter) -> Choice | None:
        around = one.surroundings
        if one.role != "weight" or around is None or around.feeds != ("relu",):
            return None
        words = "IDInit: a tiled identity times sqrt(2), for ReLU has halved its input."
        return Choice(IDInit(tau=sqrt(2.0), noise=noise), words)

    words = "IDInit: a branch ends in 1e-6 times a tiled identity, so that no unit is dead."
    return Recipe(
        name="idinit",
        summary="Tiled identities, sqrt(2) of them after ReLU; branches end in almost 0.",
        rules=(
            *_outputs(parameters, schemes.IDInit(tau=1e-6, alternating=True), words),
            *fragments.chosen([one for one in parameters if not _ends(one)], choose),
            *fragments.weights(IDInit(noise=noise), "IDInit: a tiled identity."),
            fragments.UNIT_TABLE,
            *fragments.others(parameters),
        ),
        references=("pan2025",),
    )


def _ends(one: Parameter) -> bool:
    around = one.surroundings
    return around is not None and around.residual == "output" and one.role == "weight"


def _outputs(parameters: Sequence[Parameter], scheme: Scheme, reason: str) -> tuple[Rule, ...]:
    """A rule for the last weights of branches, where the model is seen to have some."""
    if not any(_ends(one) for one in parameters):
        return ()
    return (Rule(Selector(role="residual-output"), scheme, reason, may_yield=True),)


def tanh_identity(parameters: Sequence[Parameter] = (), *, std: float = 0.085) -> Recipe:
    """The tanh identity: a tiled identity and a little noise, for deep and narrow tanh nets.

    Tanh with a slope of about 1 has fixed points away from 0, at which a signal stays through
    thousands of layers (Lee et al. 2025, section 3).

    Args:
        parameters: The model's tensors.
        std: Deviation of the noise, times sqrt(inputs).

    Returns:
        The recipe.
    """
    words = "A tiled identity with a little noise: tanh keeps a fixed point of its own each unit."
    return Recipe(
        name="tanh-identity",
        summary="A tiled identity and a little noise, for deep and narrow tanh nets.",
        rules=(
            *fragments.weights(schemes.TanhIdentity(std=std), words),
            fragments.UNIT_TABLE,
            *fragments.others(parameters),
        ),
        references=("lee2025",),
    )


def mimetic(
    parameters: Sequence[Parameter] = (), *, compare: float = 0.7, mix: float = 0.4
) -> Recipe:
    """Mimetic attention: tokens first look at themselves, as in trained transformers.

    ``W_Qᵀ W_K ≈ compare (I + Z)`` and ``W_O W_V ≈ mix (Z - I)`` with ``Z`` normal of variance
    1/width (Trockman and Kolter 2023, section 4). The paper takes both factors from the singular
    vectors of one random product. Here each is ``sqrt(b) I`` (minus that for outputs) and normal
    noise of its own with ``std = sqrt(b / (2 width))``, whose product has the same diagonal and to
    first order the same noise; so every weight depends on its own path and the seed alone. The
    paper's position embeddings are not set.

    Args:
        parameters: The model's tensors.
        compare: Size of both terms for queries and keys.
        mix: Size of both terms for values and outputs.

    Returns:
        The recipe.

    Raises:
        InputError: The model has no attention, or an attention whose weights are not square.
    """
    if not any(_attends(one) for one in parameters):
        raise errors.InputError(
            "no weight is seen to serve attention",
            needed="queries, keys, values and outputs, as the model's graph shows them",
            do="pass an example of the forward's arguments, or choose another recipe",
            path="recipe mimetic",
        )

    def choose(one: Parameter) -> Choice | None:
        return _mimicked(one, compare, mix) if _attends(one) else None

    return Recipe(
        name="mimetic",
        summary="Tokens first look at themselves, as in trained transformers.",
        rules=(*fragments.chosen(parameters, choose), *he_by_feed(parameters)),
        references=("trockman2023",),
    )


def _mimicked(one: Parameter, compare: float, mix: float) -> Choice:
    around, width = one.surroundings, _square(one)
    assert around is not None  # it attends
    parts: dict[Part, Scheme] = {
        "query": _near(compare, 1, width),
        "key": _near(compare, 1, width),
        "value": _near(mix, 1, width),
        "attention-output": _near(mix, -1, width),
    }
    words = f"Mimetic: {' and '.join(around.parts)} near the identity, as training leaves them."
    return Choice(packed.by_part(one, parts, fragments.ZERO), words)


ATTENTION = ("query", "key", "value", "attention-output")


def _attends(one: Parameter) -> bool:
    around = one.surroundings
    return one.role == "weight" and around is not None and bool({*around.parts} & {*ATTENTION})


def _near(size: float, sign: int, width: int) -> Scheme:
    """``sign sqrt(size) I`` and noise that makes the product of two as noisy as it is large."""
    return IDInit(tau=sign * sqrt(size), noise=sqrt(size / (2 * width)))


def _square(one: Parameter) -> int:
    """The side of each of a weight's parts."""
    around, axes = one.surroundings, one.axes
    assert around is not None  # it attends
    width = 0 if axes is None else prod(one.shape[axis] for axis in axes.inputs)
    sizes = around.sizes or (one.size // max(width, 1) // len(around.parts),) * len(around.parts)
    if {*sizes} != {width}:
        raise errors.InputError(
            f"{' and '.join(around.parts)} of shape {one.shape} are not square",
            needed="as many heads of keys and values as of queries, together as wide as the model",
            do="give this tensor a rule of your own, or choose another recipe",
            path=one.path,
        )
    return width
