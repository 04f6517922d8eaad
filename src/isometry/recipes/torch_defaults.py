"""What every layer of torch does when it is built."""

from collections.abc import Sequence
from math import sqrt

from isometry import schemes
from isometry.parameters import Parameter
from isometry.recipes import fragments
from isometry.recipes.fragments import grouped, rule
from isometry.recipes.rule import Recipe, Rule, Selector
from isometry.schemes import Scheme, VarianceScaling

PRELU_SLOPE = 0.25
"""He et al. 2015, section 2.1, and torch's default."""

DENSE = VarianceScaling(gain=1 / sqrt(3), distribution="uniform", convention="torch")
"""Torch calls it ``kaiming_uniform_(a=sqrt(5))``: the gain is ``sqrt(2 / (1 + 5))``."""

PROJECTION = VarianceScaling(fan="fan_avg", distribution="uniform", convention="torch")
"""Torch's ``xavier_uniform_``."""


def torch(parameters: Sequence[Parameter] = ()) -> Recipe:
    """Torch's own defaults: U(±1/sqrt(fan_in)) for weights and biases, N(0, 1) for embeddings.

    Biases and recurrent layers take their bound from the size of the layer, so the recipe is made
    for the tensors of one model.

    Args:
        parameters: The model's tensors.

    Returns:
        The recipe.
    """
    return Recipe(
        name="torch",
        summary="Torch's own defaults: U(±1/sqrt(fan_in)), and N(0, 1) for embeddings.",
        rules=(
            *_output_bias_of_attention(parameters),
            rule(
                ("weight",),
                DENSE,
                "Torch's default, U(±1/sqrt(fan_in)): a third of LeCun's variance.",
                layers=("linear", "conv", "conv_transpose"),
            ),
            *_by_bound(parameters),
            *_attention(parameters),
            fragments.table(
                schemes.Normal(std=1.0),
                "Torch draws embeddings from N(0, 1).",
                layers=("embedding",),
            ),
            *fragments.slopes(parameters, PRELU_SLOPE),
            *fragments.NORMS,
            *fragments.STATISTICS,
        ),
        references=("glorot2010",),
    )


def _by_bound(parameters: Sequence[Parameter]) -> tuple[Rule, ...]:
    return (
        *grouped(
            parameters,
            _recurrent_size,
            _inverse_root,
            "Torch draws every tensor of a recurrent layer from U(±1/sqrt(hidden size)).",
        ),
        *grouped(
            parameters,
            _first_input,
            _inverse_root,
            "Torch draws a bilinear layer from U(±1/sqrt(size of its first input)).",
        ),
        *grouped(
            parameters,
            _fan_of_weight,
            _inverse_root,
            "Torch draws a bias like its weight, U(±1/sqrt(fan_in)).",
        ),
    )


def _attention(parameters: Sequence[Parameter]) -> tuple[Rule, ...]:
    return (
        rule(
            ("weight",),
            PROJECTION,
            "Torch's attention draws its projections by Glorot's rule on the tensor as it is "
            "stored, so packed ones see three times the outputs.",
            layers=("attention",),
        ),
        *grouped(
            parameters,
            _extra_width,
            lambda width: schemes.Normal(std=1 / sqrt(width)),
            "Torch draws the extra key and value by Glorot's rule, both fans being the width.",
        ),
        rule(
            ("bias",),
            fragments.ZERO,
            "Torch's attention starts without bias.",
            layers=("attention",),
        ),
    )


def _output_bias_of_attention(parameters: Sequence[Parameter]) -> tuple[Rule, ...]:
    paths = frozenset(one.path for one in parameters if _is_attention_output_bias(one))
    reason = "Torch's attention zeroes the bias of its output projection."
    select = Selector(paths=paths)
    return (Rule(select, fragments.ZERO, reason, required=False),) if paths else ()


def _is_attention_output_bias(parameter: Parameter) -> bool:
    owner = parameter.fact("module")
    return parameter.role == "bias" and owner == "NonDynamicallyQuantizableLinear"


def _recurrent_size(parameter: Parameter) -> float | None:
    size = parameter.fact("hidden_size")
    recurrent = parameter.layer in ("rnn", "lstm", "gru")
    return float(size) if recurrent and isinstance(size, int) else None


def _first_input(parameter: Parameter) -> float | None:
    size = parameter.fact("in1_features")
    return float(size) if parameter.layer == "bilinear" and isinstance(size, int) else None


def _fan_of_weight(parameter: Parameter) -> float | None:
    fan = parameter.fact("torch_fan_in")
    named = parameter.role == "bias" and parameter.layer in ("linear", "conv", "conv_transpose")
    wanted = named and not _is_attention_output_bias(parameter)
    return float(fan) if wanted and isinstance(fan, int | float) and fan > 0 else None


def _extra_width(parameter: Parameter) -> float | None:
    is_extra = (parameter.role, parameter.layer) == ("table", "attention")
    return float(parameter.shape[-1]) if is_extra else None


def _inverse_root(size: float) -> Scheme:
    bound = 1 / sqrt(size)
    return schemes.Uniform(-bound, bound)
