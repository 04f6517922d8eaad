"""Low-rank adapters that start as nothing: LoRA and its kin."""

from collections.abc import Sequence
from math import prod, sqrt
from typing import Literal, get_args

from isometry import errors, schemes
from isometry.parameters import Parameter, Surroundings
from isometry.recipes import fragments
from isometry.recipes.demands import Demand
from isometry.recipes.fragments import Choice
from isometry.recipes.rule import Recipe, Rule, Selector
from isometry.schemes import Scheme, VarianceScaling

Variant = Literal["default", "gaussian", "orthogonal"]

VARIANTS: tuple[str, ...] = get_args(Variant)

HALF_STD = 0.1
"""Std of the orthogonal variant's random halves: the reference divides a unit normal by 10."""


def lora(
    parameters: Sequence[Parameter] = (),
    *,
    variant: Variant = "default",
    alpha: float | None = None,
) -> Recipe:
    """LoRA: the adapter ``B A`` is 0, so that training starts from the weights that are there.

    An adapter is known by the dataflow: beside a weight, two maps in a row that narrow and widen
    again, with nothing between. ``default``: A uniform within 1/sqrt(fan_in), B 0. ``gaussian``: A
    normal with std 1/rank, B 0. ``orthogonal``: A reads into one half of the rank and B out of the
    other, both random, so that B A is 0 and both have gradients; the rank is even. Everything else
    is kept. With ``alpha``, the result is to be multiplied by alpha/sqrt(rank), a demand on the
    architecture (Kalajdzievski 2023).

    Args:
        parameters: The model's tensors.
        variant: How A and B start.
        alpha: Numerator of the factor on adapters that does not shrink with the rank.

    Returns:
        The recipe.

    Raises:
        InputError: The graph shows no adapter, or the rank is odd.
        UnknownNameError: No variant of that name.
    """
    if variant not in VARIANTS:
        raise errors.UnknownNameError(
            f"no variant of lora is called {variant!r}",
            needed=f"one of {', '.join(VARIANTS)}",
            do="correct the spelling",
        )
    if not any(_is_adapter(one) for one in parameters):
        raise errors.InputError(
            "the model's graph shows no adapter",
            needed="two maps in a row beside a weight, as the graph shows them",
            do="pass an example of the forward's arguments, or choose another recipe",
            path="recipe lora",
        )

    def choose(one: Parameter) -> Choice | None:
        return _chosen(one, variant) if _is_adapter(one) else None

    kept = Rule(Selector(), None, "Kept: an adapter leaves the model as it is.", required=False)
    return Recipe(
        name="lora",
        summary="The adapter B A is 0, so that training starts from the weights that are there.",
        rules=(*fragments.chosen(parameters, choose), kept),
        references=("kalajdzievski2023",),
        demands=() if alpha is None else _factors(parameters, alpha),
    )


def _is_adapter(one: Parameter) -> bool:
    around = one.surroundings
    return one.role == "weight" and around is not None and _narrows(one, around)


def _narrows(one: Parameter, around: Surroundings) -> bool:
    """The first of two maps in a row widens nothing, and the second reads nothing but the first."""
    if around.height != 2 or around.feeds != ("linear",):
        return False
    outputs, inputs = _sides(one)
    if around.residual == "output":
        return around.sources == ("linear",) and inputs <= outputs
    return around.residual == "branch" and around.consumers == ("linear",) and outputs <= inputs


def _sides(one: Parameter) -> tuple[int, int]:
    if one.axes is None:
        return 0, 0
    outputs, inputs = one.axes.outputs, one.axes.inputs
    return prod(one.shape[axis] for axis in outputs), prod(one.shape[axis] for axis in inputs)


def _chosen(one: Parameter, variant: Variant) -> Choice:
    outputs, inputs = _sides(one)
    enters = one.surroundings is not None and one.surroundings.residual == "branch"
    if variant == "orthogonal":
        return Choice(_half(one, outputs if enters else inputs, enters=enters), ORTHOGONAL)
    if not enters:
        return Choice(fragments.ZERO, "LoRA: B starts at 0, so the adapter does.")
    if variant == "gaussian":
        return Choice(schemes.Normal(std=1 / outputs), "LoRA: A starts with std 1/rank.")
    scheme = VarianceScaling(gain=1 / sqrt(3), distribution="uniform")
    return Choice(scheme, "LoRA: A starts within 1/sqrt(fan_in), as a linear layer of torch.")


ORTHOGONAL = "LoRA: A and B use different halves of the rank, so that B A is 0 and neither is."


def _half(one: Parameter, rank: int, *, enters: bool) -> Scheme:
    """Random on the first half of the rank for A, on the second for B, 0 on the other."""
    axes = one.axes
    assert axes is not None  # an adapter has two sides
    axis = (axes.outputs if enters else axes.inputs)[0]
    if rank % 2 or one.shape[axis] != rank:
        raise errors.InputError(
            f"the rank is {rank}", needed="an even rank", do="choose default", path=one.path
        )
    start, stop = (0, rank // 2) if enters else (rank // 2, rank)
    box = tuple((start, stop) if a == axis else (0, n) for a, n in enumerate(one.shape))
    return schemes.Patchwork(fragments.ZERO, (box,), (schemes.Normal(std=HALF_STD),))


def _factors(parameters: Sequence[Parameter], alpha: float) -> tuple[Demand, ...]:
    ends = [one for one in parameters if _is_adapter(one) and _leaves(one)]
    reason = "LoRA: a factor that keeps the adapter's size at any rank."
    return tuple(
        Demand("adapter", alpha / sqrt(_sides(one)[1]), reason, (one.path,)) for one in ends
    )


def _leaves(one: Parameter) -> bool:
    return one.surroundings is not None and one.surroundings.residual == "output"
