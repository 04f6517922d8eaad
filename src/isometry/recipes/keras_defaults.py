"""What every layer of Keras does when it is built."""

from isometry import schemes
from isometry.recipes import fragments
from isometry.recipes.fragments import rule
from isometry.recipes.rule import Recipe
from isometry.schemes import VarianceScaling

EMBEDDING_BOUND = 0.05
"""Keras's RandomUniform default."""

DENSE = VarianceScaling(fan="fan_avg", distribution="uniform", convention="keras")
"""Keras's GlorotUniform, with fans as Keras reads them off its own layout of the layer."""

PROJECTION = VarianceScaling(fan="fan_avg", distribution="uniform")
"""The same for attention, whose projections Keras stores one by one with all axes named."""

KERAS = Recipe(
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
        rule(
            ("input",), DENSE, "Keras draws the input map of all gates together by Glorot's rule."
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
        rule(("slope",), fragments.ZERO, "Keras's PReLU starts as a ReLU, slope 0."),
        *fragments.NORMS,
        *fragments.STATISTICS,
    ),
    references=("glorot2010", "saxe2014"),
)
"""Keras's own defaults."""
