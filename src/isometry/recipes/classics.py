"""The classic rules for all weights of a network: Glorot, He, LeCun, Kumar, orthogonal.

They differ in one scheme. Everything else is the same: biases 0, norms 1 and 0, embeddings with
rows of length 1, recurrent maps orthogonal gate by gate, forget gates open.
"""

from collections.abc import Sequence
from typing import Literal

from isometry import errors, schemes, theory
from isometry.parameters import FanMode, Parameter
from isometry.recipes import feeding, fragments
from isometry.recipes.rule import Recipe, Rule
from isometry.schemes import Distribution, Scheme, VarianceScaling

ASSUMED = " Assumed: no graph of the model shows what surrounds it."
"""What a reason adds where the graph should have said it."""


def xavier(
    parameters: Sequence[Parameter] = (),
    *,
    distribution: Distribution = "uniform",
    gain: float | Literal["graph"] = 1.0,
) -> Recipe:
    """Glorot's rule: variance 2/(fan_in + fan_out), for nets that are nearly linear at the start.

    Args:
        parameters: The model's tensors.
        distribution: Shape of the law.
        gain: Factor on the standard deviation; ``"graph"`` for the one that the activation before
            each weight asks for.

    Returns:
        The recipe.

    Raises:
        InputError: ``gain`` is ``"graph"`` and the model's graph is not known.
    """
    reason = "Variance 2/(fan_in + fan_out), half way between what signal and gradient ask."

    def fed(feed: feeding.Feed) -> tuple[Scheme, str]:
        scheme = VarianceScaling(gain=feed.gain, fan="fan_avg", distribution=distribution)
        return scheme, f"{reason} {feed.words}: gain {feed.gain:.4g}."

    return _everywhere(
        "xavier",
        VarianceScaling(
            gain=1.0 if gain == "graph" else gain, fan="fan_avg", distribution=distribution
        ),
        reason,
        parameters,
        first=_known(feeding.by_feed(parameters, fed), "xavier") if gain == "graph" else (),
        references=("glorot2010",),
    )


def he(
    parameters: Sequence[Parameter] = (),
    *,
    activation: str | None = None,
    fan: FanMode = "fan_in",
    distribution: Distribution = "normal",
) -> Recipe:
    """He's rule: variance gain²/fan_in with the gain the activation asks for, 2/fan_in for ReLU.

    Args:
        parameters: The model's tensors.
        activation: What makes the weights' inputs; its gain is ``1/sqrt(E φ²)``. Where not given,
            it is read from the graph for each weight by itself; ReLU where there is no graph.
        fan: ``fan_in`` keeps the signal, ``fan_out`` the gradient.
        distribution: Shape of the law.

    Returns:
        The recipe.
    """
    name = activation or "relu"
    gain = theory.gain(name, "forward")
    reason = f"Variance {gain**2:.4g}/{fan}: {name} loses signal, and this makes up for it."
    return _everywhere(
        "he",
        VarianceScaling(gain=gain, fan=fan, distribution=distribution),
        reason if activation else f"{reason}{ASSUMED}",
        parameters,
        first=() if activation else _seen(parameters, fan, distribution),
        references=("he2015",),
    )


def _seen(
    parameters: Sequence[Parameter], fan: FanMode, distribution: Distribution
) -> tuple[Rule, ...]:
    """He's rule for each weight by what the graph shows: what feeds it, or what follows it."""

    def scheme(gain: float) -> Scheme:
        return VarianceScaling(gain=gain, fan=fan, distribution=distribution)

    def fed(feed: feeding.Feed) -> tuple[Scheme, str]:
        return scheme(feed.gain), f"{feed.words}: variance {feed.gain**2:.4g}/{fan}."

    def followed(name: str) -> tuple[Scheme, str]:
        gain = theory.gain(name, "backward")
        words = f"{feeding.follows(name)}: variance {gain**2:.4g}/{fan} keeps the gradient."
        return scheme(gain), words

    if fan == "fan_out":
        return feeding.by_follower(parameters, followed)
    return feeding.by_feed(parameters, fed)


def lecun(parameters: Sequence[Parameter] = (), *, distribution: Distribution = "normal") -> Recipe:
    """LeCun's rule: variance 1/fan_in, for linear layers, tanh near zero and SELU.

    Args:
        parameters: The model's tensors.
        distribution: Shape of the law.

    Returns:
        The recipe.
    """
    return _everywhere(
        "lecun",
        VarianceScaling(distribution=distribution),
        "Variance 1/fan_in: a sum of fan_in terms keeps the size of one.",
        parameters,
        references=("lecun1998", "klambauer2017"),
    )


def kumar(
    parameters: Sequence[Parameter] = (),
    *,
    activation: str | None = None,
    distribution: Distribution = "normal",
) -> Recipe:
    """Kumar's rule: a variance from the activation's value and slope at zero.

    Args:
        parameters: The model's tensors.
        activation: What follows the weights. Where not given, it is read from the graph for each
            weight by itself; ReLU where there is no graph.
        distribution: Shape of the law.

    Returns:
        The recipe.
    """

    def followed(name: str) -> tuple[Scheme, str]:
        scheme = schemes.Kumar(activation=name, distribution=distribution)
        return scheme, f"{feeding.follows(name)}: Kumar's variance for {name}, to first order."

    name = activation or "relu"
    reason = f"Kumar's variance for {name}: 1 after each activation, to first order."
    return _everywhere(
        "kumar",
        schemes.Kumar(activation=name, distribution=distribution),
        reason if activation else f"{reason}{ASSUMED}",
        parameters,
        first=() if activation else feeding.by_follower(parameters, followed),
        references=("kumar2017",),
    )


def orthogonal(parameters: Sequence[Parameter] = (), *, activation: str | None = None) -> Recipe:
    """Orthogonal weights with the gain that the activation asks for: lengths and angles are kept.

    Args:
        parameters: The model's tensors.
        activation: What makes the weights' inputs; its gain is ``1/sqrt(E φ²)``. Where not given,
            it is read from the graph for each weight by itself; 1 where there is no graph.

    Returns:
        The recipe.
    """
    reason = "An orthogonal map keeps every length, so that no direction fades or explodes."

    def fed(feed: feeding.Feed) -> tuple[Scheme, str]:
        words = f"{reason} {feed.words}: gain {feed.gain:.4g}."
        return schemes.Orthogonal(gain=feed.gain), words

    name = activation or "linear"
    return _everywhere(
        "orthogonal",
        schemes.Orthogonal(gain=theory.gain(name, "forward")),
        reason if activation else f"{reason}{ASSUMED}",
        parameters,
        first=() if activation else feeding.by_feed(parameters, fed),
        references=("saxe2014",),
    )


def _known(rules: tuple[Rule, ...], recipe: str) -> tuple[Rule, ...]:
    """The rules, of which there must be some."""
    if not rules:
        raise errors.InputError(
            "the gain is to be read from the model's graph, which is not known",
            needed="the graph",
            do="pass an example to iso.plan, or a number as gain",
            path=f"recipe {recipe}",
        )
    return rules


def _everywhere(
    name: str,
    weight: Scheme,
    reason: str,
    parameters: Sequence[Parameter],
    *,
    first: tuple[Rule, ...] = (),
    references: tuple[str, ...],
) -> Recipe:
    return Recipe(
        name=name,
        summary=reason.removesuffix(ASSUMED),
        rules=(
            *first,
            *fragments.weights(weight, reason),
            fragments.UNIT_TABLE,
            *fragments.rest(parameters),
        ),
        references=references,
    )
