"""AutoInit: each weight makes up for the second moment of what feeds it."""

from collections.abc import Sequence
from math import sqrt

from isometry import errors, theory
from isometry.parameters import Parameter, Surroundings
from isometry.recipes import fragments
from isometry.recipes.feeding import MAPS
from isometry.recipes.fragments import Choice
from isometry.recipes.rule import Recipe
from isometry.recipes.streams import streams
from isometry.schemes import VarianceScaling


def autoinit(parameters: Sequence[Parameter] = ()) -> Recipe:
    """AutoInit: variance 1/(fan_in · second moment of the input), followed through the graph.

    The second moment is ``v + m²`` of mean and variance: 1 after a weight, a norm and the model's
    input; ``E φ(x)²`` at the second moment before it after an activation; the product of both
    after a gate; 1 and the number of branches so far in a residual stream without norms (Bingham
    and Miikkulainen 2023, with the exact rules). Several inputs count with their mean. The law is
    normal, cut at two deviations. Of GELU, SiLU and hardswish without norms the second moment 1
    is kept from layer to layer but repels: what is off by a little is off by more after the next.

    Args:
        parameters: The model's tensors.

    Returns:
        The recipe.

    Raises:
        InputError: The model's graph is not known.
    """
    _require_graph(parameters)
    deepest = max((one.branches for one in streams(parameters)), default=0)

    def choose(one: Parameter) -> Choice | None:
        around = one.surroundings
        if around is None or one.role not in MAPS or not around.feeds:
            return None
        square = _square(around, deepest)
        words = f"AutoInit: its input has the second moment {square:.4g}."
        return Choice(_scaled(1 / sqrt(square)), words)

    return Recipe(
        name="autoinit",
        summary="Variance 1/(fan_in · second moment of the input), followed through the graph.",
        rules=(
            *fragments.chosen(parameters, choose),
            *fragments.weights(_scaled(1.0), "AutoInit: nothing is known of its input, 1/fan_in."),
            fragments.UNIT_TABLE,
            *fragments.others(parameters),
        ),
        references=("bingham2023",),
    )


def _require_graph(parameters: Sequence[Parameter]) -> None:
    if not any(one.surroundings is not None for one in parameters):
        raise errors.InputError(
            "the model's graph is not known",
            needed="the graph, to follow the signal from weight to weight",
            do="pass an example of the forward's arguments",
            path="recipe autoinit",
        )


def _scaled(gain: float) -> VarianceScaling:
    return VarianceScaling(gain=gain, distribution="truncated_normal")


def _square(around: Surroundings, deepest: int) -> float:
    """The mean second moment of what feeds a weight."""
    stream = _stream(around, deepest)
    squares = [_bent(name, stream) for name in around.feeds]
    return sum(squares) / len(squares)


def _stream(around: Surroundings, deepest: int) -> float:
    """The second moment of the stream that a weight reads, where no norm lies between; else 1.

    The first of L branches reads 1, each adds 1, and what reads the last sum reads 1 + L.
    """
    if "join" not in around.sources:
        return 1.0
    return float(around.place or 1 + deepest)


def _bent(name: str, square: float) -> float:
    """``E φ²`` at a second moment; of unknown activations that moment itself."""
    if name == "linear":
        return square
    value = 1.0
    for factor in name.split("*"):
        try:
            value *= float(theory.gain(factor, "forward")) ** -2
        except errors.IsometryError:
            return square
    return value
