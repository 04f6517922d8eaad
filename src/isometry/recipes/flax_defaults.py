"""What every layer of Flax does when it is built."""

from isometry import schemes
from isometry.recipes import fragments
from isometry.recipes.fragments import rule
from isometry.recipes.rule import Recipe
from isometry.schemes import VarianceScaling

PRELU_SLOPE = 0.01
"""Flax's default."""

DENSE = VarianceScaling(distribution="truncated_normal", convention="flax")
"""Flax's ``lecun_normal``: cut at two deviations and widened to the exact std."""

PACKED = VarianceScaling(distribution="truncated_normal")
"""The same for tensors that Flax stores one by one: every gate and projection has its own fans."""

FLAX = Recipe(
    name="flax",
    summary="Flax's own defaults: LeCun normal weights, zero biases, orthogonal recurrence.",
    rules=(
        rule(
            ("weight",),
            DENSE,
            "Flax's default, LeCun normal: keeps the signal through linear layers.",
            layers=("linear", "conv", "conv_transpose", "bilinear", "lstm"),
        ),
        rule(
            ("weight",),
            PACKED,
            "Flax's attention draws query, key and value each by LeCun's rule.",
            layers=("attention",),
        ),
        rule(("input",), PACKED, "Flax draws the input map of each gate by LeCun's rule."),
        fragments.ORTHOGONAL_RECURRENCE,
        rule(("input-bias", "recurrent-bias"), fragments.ZERO, "Flax starts all gates at bias 0."),
        fragments.ZERO_BIAS,
        fragments.table(
            schemes.InverseWidth(),
            "Flax draws embeddings with variance 1/features, so that a row has length 1.",
        ),
        rule(("slope",), schemes.Constant(PRELU_SLOPE), "Flax's PReLU starts at slope 0.01."),
        *fragments.NORMS,
        *fragments.STATISTICS,
    ),
    references=("lecun1998", "saxe2014"),
)
"""Flax's own defaults."""
