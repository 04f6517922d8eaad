"""Recipes whose learning rate holds at every width: muP, the spectral condition, CompleteP."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod, sqrt

from isometry import errors, schemes
from isometry.parameters import Parameter
from isometry.recipes import fragments
from isometry.recipes.demands import Demand, Rates
from isometry.recipes.fragments import Choice
from isometry.recipes.rule import Recipe, Rule
from isometry.recipes.streams import required
from isometry.schemes import Scheme, VarianceScaling

BASE_WIDTH = 256
"""Width at which a learning rate is taken to be tuned (Dey et al. 2025, section 4)."""

BASE_DEPTH = 2
"""Layers, each of two branches, at which it is."""

GPT2_STD = 0.02
"""Radford et al. 2018, section 4.1."""


@dataclass(frozen=True, slots=True)
class Widening:
    """How a model compares with the one whose learning rate was tuned.

    Attributes:
        ratio: Its width over the other's.
    """

    ratio: float

    @property
    def hidden(self) -> Rates:
        """From features to features: both sides widen."""
        return Rates(adam=1 / self.ratio)

    @property
    def entry(self) -> Rates:
        """From a fixed number of inputs to features, and vectors of features."""
        return Rates(sgd=self.ratio)

    @property
    def head(self) -> Rates:
        """From features to a fixed number of outputs."""
        return Rates(adam=1 / self.ratio, sgd=1 / self.ratio)


def mup(
    parameters: Sequence[Parameter] = (), *, base: int = BASE_WIDTH, width: int | None = None
) -> Recipe:
    """muP: at every width the same learning rate is the best one.

    Variance 1/fan_in, but ``base/(width · fan_in)`` of the head, whose input moves as one. With
    ``m = width/base``: Adam's rate times 1/m on maps between features and on the head, gradient
    descent's times m on what enters and on vectors, times 1/m on the head (Yang et al. 2022, table
    3). Attention's logits are divided by the size of a head, not by its root: where heads widen
    with the model, a demand on the architecture; so is a factor on the output where the head is
    also the embedding.

    Args:
        parameters: The model's tensors.
        base: The width at which the learning rate was tuned.
        width: Features of the model; what its head reads, where not given.

    Returns:
        The recipe; its rates are read with ``plan.learning_rates``.

    Raises:
        InputError: ``width`` is not given, and the graph shows no head.
    """
    ratio = _width(parameters, width, "mup") / base
    widening = Widening(ratio)

    words = f"The head's variance is 1/fan_in over {ratio:g}, the width over the base's."
    head = Choice(VarianceScaling(gain=1 / sqrt(ratio)), words, widening.head)
    words = "From inputs, 1/fan_in: their number does not widen."
    entry = Choice(VarianceScaling(), words, widening.entry)
    return Recipe(
        name="mup",
        summary="At every width the same learning rate is the best one.",
        rules=_widened(parameters, head, entry, widening.hidden, VarianceScaling()),
        references=("yang2021", "yang2022"),
        demands=(*_attention(parameters, ratio), *_tied(parameters, ratio)),
    )


def spectral(
    parameters: Sequence[Parameter] = (), *, base: int = BASE_WIDTH, width: int | None = None
) -> Recipe:
    """The spectral condition: every weight has the norm sqrt(fan_out/fan_in), and so has its step.

    Rates are those of :func:`mup`, to which it comes down for Adam and gradient descent (Yang et
    al. 2023, section 4); optimizers that orthogonalise their updates need none.

    Args:
        parameters: The model's tensors.
        base: The width at which the learning rate was tuned.
        width: Features of the model; what its head reads, where not given.

    Returns:
        The recipe.

    Raises:
        InputError: ``width`` is not given, and the graph shows no head.
    """
    ratio = _width(parameters, width, "spectral") / base
    widening = Widening(ratio)

    words = "Norm sqrt(fan_out/fan_in): the head's falls with the width."
    head = Choice(schemes.Spectral(), words, widening.head)
    words = "Norm sqrt(fan_out/fan_in): from inputs, it grows with the width."
    entry = Choice(schemes.Spectral(), words, widening.entry)
    return Recipe(
        name="spectral",
        summary="Every weight has the norm sqrt(fan_out/fan_in), and so has its step.",
        rules=_widened(parameters, head, entry, widening.hidden, schemes.Spectral()),
        references=("yang2023",),
        demands=(*_attention(parameters, ratio), *_tied(parameters, ratio)),
    )


def completep(
    parameters: Sequence[Parameter] = (),
    *,
    base: int = BASE_WIDTH,
    base_depth: int = BASE_DEPTH,
    width: int | None = None,
    alpha: float = 1.0,
    std: float = GPT2_STD,
) -> Recipe:
    """CompleteP: the same learning rate at every width and depth, and no lazy layer.

    With ``m = width/base`` and ``l = layers/base_depth``: branches times ``l^(-alpha)`` and the
    output times 1/m, both demands on the architecture; weights between features have the std of
    the base divided by sqrt(m), Adam's rate times ``l^(alpha-1)/m``, weight decay times m and
    epsilon times ``l^(-alpha)/m``; everything else has the std of the base, biases in branches
    Adam's rate times ``l^(alpha-1)``, and embeddings epsilon times 1/m (Dey et al. 2025, table 1).
    Layers are counted as pairs of branches.

    Args:
        parameters: The model's tensors.
        base: The width at which the learning rate was tuned.
        base_depth: The layers at which it was.
        width: Features of the model; what its head reads, where not given.
        alpha: How fast branches shrink; 1 is CompleteP, 1/2 is depth-muP's.
        std: Standard deviation at the base.

    Returns:
        The recipe.

    Raises:
        InputError: The model has no residual branch, or ``width`` is not given and the graph shows
            no head.
    """
    found = required(parameters, "completep")
    m = _width(parameters, width, "completep") / base
    deep = max(one.branches for one in found) / (2 * base_depth)
    hidden = Rates(adam=deep ** (alpha - 1) / m, decay=m, epsilon=deep**-alpha / m)

    def choose(one: Parameter) -> Choice | None:
        return _complete(one, std, Rates(adam=deep ** (alpha - 1)))

    words = f"CompleteP: std {std} divided by sqrt({m:g}), the width over the base's."
    table = fragments.table(schemes.Normal(std=std), f"CompleteP: std {std}, as at every width.")
    return Recipe(
        name="completep",
        summary="The same learning rate at every width and depth, and no lazy layer.",
        rules=(
            *fragments.chosen(parameters, choose),
            *_rated(fragments.weights(schemes.Normal(std=std / sqrt(m)), words), hidden),
            *_rated((table,), Rates(epsilon=1 / m)),
            *fragments.others(parameters),
        ),
        references=("dey2025",),
        demands=(
            *(Demand("branch", deep**-alpha, "CompleteP: branches.", one.outputs) for one in found),
            Demand("output", 1 / m, "CompleteP: the output.", _heads(parameters)),
            *_attention(parameters, m),
        ),
    )


def _complete(one: Parameter, std: float, inside: Rates) -> Choice | None:
    """What CompleteP decides for biases in branches, and for maps that widen on one side only."""
    placed = one.surroundings is not None and one.surroundings.stream > 0
    if one.role == "bias" and placed:
        words = "A bias of 0, in a branch whose depth sets its rate."
        return Choice(fragments.ZERO, words, inside)
    if one.role != "weight" or _kind(one) == "hidden":
        return None
    return Choice(schemes.Normal(std=std), f"CompleteP: std {std}, as at every width.")


def _widened(
    parameters: Sequence[Parameter], head: Choice, entry: Choice, rates: Rates, hidden: Scheme
) -> tuple[Rule, ...]:
    """Heads, maps from inputs, maps between features, and vectors of features."""

    def choose(one: Parameter) -> Choice | None:
        chosen = {"head": head, "entry": entry}
        return chosen.get(_kind(one)) if one.role == "weight" else None

    words = "From features to features: Adam's rate falls with the width."
    return (
        *fragments.chosen(parameters, choose),
        *_rated(fragments.weights(hidden, words), rates),
        *_rated((fragments.UNIT_TABLE, *fragments.others(parameters)), entry.rates),
    )


def _rated(rules: Sequence[Rule], rates: Rates) -> tuple[Rule, ...]:
    return tuple(replace(one, rates=rates) for one in rules)


def _kind(one: Parameter) -> str:
    """Whether a map widens on both sides, only where it ends, or only where it starts."""
    around = one.surroundings
    if around is not None and "head" in around.parts:
        return "head"
    if around is not None and {*around.sources} & {"input", "index"}:
        return "entry"
    return "hidden"


def _heads(parameters: Sequence[Parameter]) -> tuple[str, ...]:
    return tuple(one.path for one in parameters if one.role != "bias" and _kind(one) == "head")


def _width(parameters: Sequence[Parameter], width: int | None, recipe: str) -> int:
    """The features that the head reads."""
    if width is not None:
        return width
    for one in parameters:
        axes = one.axes
        if one.role in ("weight", "table") and _kind(one) == "head" and axes is not None:
            reads = axes.outputs if axes.lookup else axes.inputs
            return prod(one.shape[axis] for axis in reads)
    raise errors.InputError(
        "the model's graph shows no head to read the width from",
        needed="the features of the model",
        do="pass width=768, or an example of the forward's arguments",
        path=f"recipe {recipe}",
    )


def _attention(parameters: Sequence[Parameter], ratio: float) -> tuple[Demand, ...]:
    asking = [one for one in parameters if one.role == "weight" and one.surroundings is not None]
    paths = tuple(
        one.path for one in asking if one.surroundings and "query" in one.surroundings.parts
    )
    reason = "Logits over the head's size, not its root; 1 where heads do not widen."
    return (Demand("attention", ratio**-0.5, reason, paths),) if paths else ()


def _tied(parameters: Sequence[Parameter], ratio: float) -> tuple[Demand, ...]:
    """A head that is also the embedding cannot be small by itself."""
    paths = tuple(one.path for one in parameters if one.role == "table" and _kind(one) == "head")
    reason = "The head is also the embedding, so the output is divided in its place."
    return (Demand("output", 1 / ratio, reason, paths),) if paths else ()
