"""The classic rules for all weights of a network: Glorot, He, LeCun, Kumar, orthogonal.

They differ in one scheme. Everything else is the same: biases 0, norms 1 and 0, embeddings with
rows of length 1, recurrent maps orthogonal gate by gate, forget gates open.
"""

from collections.abc import Sequence

from isometry import schemes, theory
from isometry.parameters import FanMode, Parameter
from isometry.recipes import fragments
from isometry.recipes.fragments import rule
from isometry.recipes.rule import Recipe
from isometry.schemes import Distribution, Scheme, VarianceScaling

PRELU_SLOPE = 0.25
"""He et al. 2015, section 2.1."""


def xavier(
    parameters: Sequence[Parameter] = (),
    *,
    distribution: Distribution = "uniform",
    gain: float = 1.0,
) -> Recipe:
    """Glorot's rule: variance 2/(fan_in + fan_out), for nets that are nearly linear at the start.

    Args:
        parameters: The model's tensors.
        distribution: Shape of the law.
        gain: Factor on the standard deviation.

    Returns:
        The recipe.
    """
    return _everywhere(
        "xavier",
        VarianceScaling(gain=gain, fan="fan_avg", distribution=distribution),
        "Variance 2/(fan_in + fan_out), half way between what signal and gradient ask.",
        parameters,
        references=("glorot2010",),
    )


def he(
    parameters: Sequence[Parameter] = (),
    *,
    activation: str = "relu",
    fan: FanMode = "fan_in",
    distribution: Distribution = "normal",
) -> Recipe:
    """He's rule: variance gain²/fan_in with the gain the activation asks for, 2/fan_in for ReLU.

    Args:
        parameters: The model's tensors.
        activation: What follows the weights; its gain is ``1/sqrt(E φ²)``.
        fan: ``fan_in`` keeps the signal, ``fan_out`` the gradient.
        distribution: Shape of the law.

    Returns:
        The recipe.
    """
    gain = theory.gain(activation, "forward")
    return _everywhere(
        "he",
        VarianceScaling(gain=gain, fan=fan, distribution=distribution),
        f"Variance {gain**2:.4g}/{fan}: {activation} loses signal, and this makes up for it.",
        parameters,
        references=("he2015",),
    )


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
    activation: str = "relu",
    distribution: Distribution = "normal",
) -> Recipe:
    """Kumar's rule: a variance from the activation's value and slope at zero.

    Args:
        parameters: The model's tensors.
        activation: What follows the weights.
        distribution: Shape of the law.

    Returns:
        The recipe.
    """
    return _everywhere(
        "kumar",
        schemes.Kumar(activation=activation, distribution=distribution),
        f"Kumar's variance for {activation}: 1 after each activation, to first order.",
        parameters,
        references=("kumar2017",),
    )


def orthogonal(parameters: Sequence[Parameter] = (), *, activation: str = "linear") -> Recipe:
    """Orthogonal weights with the gain that the activation asks for: lengths and angles are kept.

    Args:
        parameters: The model's tensors.
        activation: What follows the weights; its gain is ``1/sqrt(E φ²)``.

    Returns:
        The recipe.
    """
    return _everywhere(
        "orthogonal",
        schemes.Orthogonal(gain=theory.gain(activation, "forward")),
        "An orthogonal map keeps every length, so that no direction fades or explodes with depth.",
        parameters,
        references=("saxe2014",),
    )


def _everywhere(
    name: str,
    weight: Scheme,
    reason: str,
    parameters: Sequence[Parameter],
    *,
    references: tuple[str, ...],
) -> Recipe:
    return Recipe(
        name=name,
        summary=reason,
        rules=(
            rule(("weight",), weight, reason),
            rule(("input",), weight, f"{reason} Each gate has fans of its own."),
            fragments.ORTHOGONAL_RECURRENCE,
            *fragments.RECURRENT_BIASES,
            fragments.ZERO_BIAS,
            fragments.table(
                schemes.InverseWidth(),
                "A look-up sums nothing; variance 1/features gives each row length 1.",
            ),
            *fragments.slopes(parameters, PRELU_SLOPE),
            *fragments.NORMS,
            *fragments.STATISTICS,
        ),
        references=references,
    )
