from math import sqrt

import pytest

from isometry import errors, plans, recipes
from tests.recipes.reference import EMBEDDING, TRANSFORMER, block


def test_residual_outputs_shrink_with_depth() -> None:
    plan = plans.decide(TRANSFORMER, recipes.recipe("gpt2", TRANSFORMER))
    stds = {
        one.parameter.path: one.scheme.moments(one.parameter).std
        for one in plan
        if one.scheme is not None
    }
    assert stds["h.2.attn.c_proj.weight"] == pytest.approx(0.02 / sqrt(6))
    assert stds["h.0.mlp.c_proj.weight"] == pytest.approx(0.02 / sqrt(6))
    assert stds["h.0.mlp.c_fc.weight"] == 0.02


def test_the_longest_stack_counts() -> None:
    model = (*block(0, "enc"), *block(0, "dec"), *block(1, "dec"))
    assert recipes.recipe("gpt2", model) == recipes.recipe("gpt2", layers=2)


def test_a_lone_output_is_one_layer() -> None:
    alone = [one for one in block(0, "h") if "c_proj" in one.path]
    bare = [type(one)(one.path.replace("h.0.", ""), one.shape, role=one.role) for one in alone]
    assert recipes.recipe("gpt2", bare) == recipes.recipe("gpt2", layers=1)


@pytest.mark.parametrize(
    "path",
    [
        "transformer.h.3.mlp.c_proj.weight",
        "model.layers.0.self_attn.o_proj.weight",
        "model.layers.0.mlp.experts.7.down_proj.weight",
        "encoder.layer.1.attention.output.dense.weight",
        "encoder.block.0.layer.1.DenseReluDense.wo.weight",
        "c_proj.weight",
    ],
)
def test_residual_outputs_are_known(path: str) -> None:
    assert recipes.Selector(regex=recipes.RESIDUAL_OUTPUTS).text == recipes.RESIDUAL_OUTPUTS
    named = type(TRANSFORMER[0])(path, (2, 2))
    assert recipes.Selector(regex=recipes.RESIDUAL_OUTPUTS).selects(named)


@pytest.mark.parametrize("path", ["h.0.mlp.c_fc.weight", "h.0.c_proj.bias", "h.0.xc_proj.weight"])
def test_other_weights_are_not(path: str) -> None:
    named = type(TRANSFORMER[0])(path, (2, 2))
    assert not recipes.Selector(regex=recipes.RESIDUAL_OUTPUTS).selects(named)


def test_small_init_reads_the_width() -> None:
    assert recipes.recipe("small-init", EMBEDDING) == recipes.recipe("small-init", width=8)
    plan = plans.decide(TRANSFORMER, recipes.recipe("small-init", TRANSFORMER))
    weight = plan["h.0.mlp.c_fc.weight"]
    assert weight.scheme is not None
    assert weight.scheme.moments(weight.parameter).std == sqrt(2 / 40)


def test_no_residual_outputs() -> None:
    with pytest.raises(errors.InputError) as caught:
        recipes.recipe("gpt2", EMBEDDING, residual="x")
    assert str(caught.value) == (
        "recipe gpt2: no path of the model matches x, which residual outputs are known by. Needed: "
        "the number of layers, to scale residual outputs by 1/sqrt(2 · layers). "
        'Do: pass layers=12 and residual="a regular expression", or choose small-init.'
    )


def test_no_width() -> None:
    with pytest.raises(errors.InputError) as caught:
        recipes.recipe("small-init")
    assert str(caught.value) == (
        "recipe small-init: the model has no embedding to read the width from. "
        "Needed: the features of the residual stream. Do: pass width=768."
    )
