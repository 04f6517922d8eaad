"""What every layer of Keras does when it is built."""

from collections.abc import Sequence
from math import sqrt

from isometry import parameters as model
from isometry import schemes
from isometry.parameters import Parameter
from isometry.recipes import fragments
from isometry.recipes.fragments import grouped, rule
from isometry.recipes.rule import Recipe
from isometry.schemes import VarianceScaling

EMBEDDING_BOUND = 0.05
"""Keras's RandomUniform default."""

DENSE = VarianceScaling(fan="fan_avg", distribution="uniform", convention="keras")
"""Keras's GlorotUniform, with fans as Keras reads them off its own layout of the layer."""

PROJECTION = VarianceScaling(fan="fan_avg", distribution="uniform")
"""The same for attention, whose projections Keras stores one by one with all axes named."""


def keras(parameters: Sequence[Parameter] = ()) -> Recipe:
    """Keras's own defaults: Glorot uniform weights, orthogonal recurrence, forget bias 1.

    Args:
        parameters: The model's tensors.
    """
    return Recipe(
        name="keras",
        summary="Keras's own defaults: Glorot uniform, orthogonal recurrence, forget bias 1.",
        rules=(
            rule(
                ("weight",),
                DENSE,
                "Keras's default, Glorot uniform: a middle between keeping signal and gradient.",
                layers=("linear", "conv", "conv_transpose", "bilinear", "lstm"),
            ),
            rule(
                ("weight",),
                PROJECTION,
                "Keras's attention draws query, key and value each by Glorot's rule.",
                layers=("attention",),
            ),
            *grouped(
                parameters,
                _packed_bound,
                lambda bound: schemes.Uniform(-bound, bound),
                "Keras draws the input map of all gates together by Glorot's rule.",
            ),
            rule(
                ("recurrent",),
                schemes.Orthogonal(convention="keras"),
                "Keras draws the recurrent maps of all gates as one matrix with orthonormal rows.",
            ),
            *fragments.RECURRENT_BIASES,
            fragments.ZERO_BIAS,
            fragments.table(
                schemes.Uniform(-EMBEDDING_BOUND, EMBEDDING_BOUND),
                "Keras draws embeddings from U(±0.05).",
            ),
            *grouped(
                parameters, _slope, schemes.Constant, "Keras's PReLU starts as a ReLU, slope 0."
            ),
            *fragments.NORMS,
            *fragments.STATISTICS,
        ),
        references=("glorot2010", "saxe2014"),
    )


def _packed_bound(parameter: Parameter) -> float | None:
    if parameter.role != "input" or parameter.axes is None:
        return None
    fans = model.fans_by_convention(parameter.shape, parameter.axes, "keras")
    return sqrt(6 / (fans.fan_in + fans.fan_out))


def _slope(parameter: Parameter) -> float | None:
    return 0.0 if parameter.role == "slope" else None
