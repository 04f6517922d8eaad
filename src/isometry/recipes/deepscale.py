"""DeepScaleLM: a transformer whose signal has variance 1 everywhere, at any depth."""

from collections.abc import Iterator, Mapping, Sequence
from math import acos, pi, prod, sqrt

from isometry import schemes
from isometry.parameters import Parameter, Part
from isometry.recipes import fragments, packed
from isometry.recipes.demands import Demand
from isometry.recipes.fragments import Choice
from isometry.recipes.rule import Recipe
from isometry.recipes.streams import Stream, required
from isometry.schemes import Scheme, VarianceScaling

CORRELATION = 0.221
"""Correlation of two tokens' embeddings in English text (Kedia et al. 2024, section 3.1)."""

DROPOUT = 0.1

LECUN = VarianceScaling()

Key = tuple[int, int]
"""A branch: its stream and its place there."""


def deepscale_lm(
    parameters: Sequence[Parameter] = (),
    *,
    dropout: float = DROPOUT,
    correlation: float = CORRELATION,
) -> Recipe:
    """DeepScaleLM: variance 1 everywhere; streams times lambda, branches times beta.

    ``x ← lambda x + beta f(x)`` with ``beta² = 2/branches`` and ``lambda² = 1 - beta²``, demands on
    the architecture. Embeddings have the variance (1-p)/(number of embeddings), queries and keys
    1/d, values and outputs together ``(1-p)/(d² r)``, the maps of a feed-forward branch together
    ``2(1-p)/(d · width)``; r is the correlation of two tokens, followed from branch to branch
    (Kedia et al. 2024, table 1 and section 3).

    Args:
        parameters: The model's tensors.
        dropout: Probability p of dropout, as in the model.
        correlation: Correlation of two tokens' embeddings.

    Returns:
        The recipe.

    Raises:
        InputError: The model has no residual branch with attention.
    """
    found = required(parameters, "deepscale-lm", attention=True)
    seen = {
        key: r for one in found for key, r in _correlations(parameters, one, dropout, correlation)
    }

    def choose(one: Parameter) -> Choice | None:
        return _chosen(one, seen, dropout)

    tables = sum(one.role == "table" for one in parameters) or 1
    table = schemes.Normal(std=sqrt((1 - dropout) / tables))
    words = f"Embeddings add up, {tables} of them, and are dropped out: each has (1-p)/{tables}."
    return Recipe(
        name="deepscale-lm",
        summary="Variance 1 everywhere; streams times lambda, branches times beta.",
        rules=(
            fragments.table(table, words),
            *fragments.chosen(parameters, choose),
            *fragments.weights(LECUN, "Variance 1/fan_in keeps the variance of its input."),
            *fragments.others(parameters),
        ),
        references=("kedia2024",),
        demands=tuple(demand for one in found for demand in _demands(one)),
    )


def _demands(one: Stream) -> Iterator[Demand]:
    beta = _beta(one)
    yield Demand(
        "stream", sqrt(1 - beta**2), "DeepScaleLM: lambda, so that sums keep 1.", one.outputs
    )
    yield Demand("branch", beta, "DeepScaleLM: beta, each branch's share of the sum.", one.outputs)


def _beta(one: Stream) -> float:
    return sqrt(2 / max(one.branches, 3))


def _correlations(
    parameters: Sequence[Parameter], one: Stream, dropout: float, start: float
) -> Iterator[tuple[Key, float]]:
    """What tokens share before each branch, which mixes what it makes of it into the stream.

    Attention averages, so all its results agree; ReLU raises r to ``r + (sqrt(1-r²) - r arccos
    r)/pi``. The stream keeps the variance 1, since lambda² + beta² is.
    """
    attends = _attending(parameters, one.number)
    share, r = _beta(one) ** 2, start * (1 - dropout)
    for place in range(1, one.branches + 1):
        yield (one.number, place), r
        after = 1.0 if place in attends else r + (sqrt(1 - r * r) - r * acos(r)) / pi
        r = (1 - share) * r + share * (1 - dropout) * after


def _attending(parameters: Sequence[Parameter], stream: int) -> set[int]:
    return {
        one.surroundings.place
        for one in parameters
        if one.surroundings is not None
        and one.surroundings.stream == stream
        and "attention-output" in one.surroundings.parts
    }


def _chosen(one: Parameter, seen: Mapping[Key, float], dropout: float) -> Choice | None:
    around = one.surroundings
    key = (around.stream, around.place) if around is not None else (0, 0)
    if around is None or one.role != "weight" or key not in seen or not around.parts:
        return None
    r = seen[key]
    schemes_of: dict[Part, Scheme] = {
        "value": VarianceScaling(gain=((1 - dropout) / r) ** 0.25),
        "attention-output": VarianceScaling(gain=((1 - dropout) / r) ** 0.25),
        "up": _plain(one, dropout),
        "down": _plain(one, dropout),
    }
    words = f"DeepScaleLM: {' and '.join(around.parts)} where two tokens share {r:.3g}."
    return Choice(packed.by_part(one, schemes_of, LECUN), words)


def _plain(one: Parameter, dropout: float) -> Scheme:
    """Both maps of a feed-forward branch have the variance ``sqrt(2(1-p) / (d · width))``."""
    axes = one.axes
    outputs, inputs = (
        prod(one.shape[axis] for axis in side)
        for side in ((axes.outputs, axes.inputs) if axes is not None else ((), ()))
    )
    return schemes.Normal(std=(2 * (1 - dropout) / (outputs * inputs)) ** 0.25)
