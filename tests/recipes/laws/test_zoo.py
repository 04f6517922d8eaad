"""Every published recipe decides every tensor of models of several architectures."""

import pytest

import isometry as iso
from isometry.torch import describe
from tests.zoo import ZOO

MODELS = {
    "admin": ("transformer",),
    "autoinit": ("mlp-tanh", "mixer", "resnet-basic", "gpt2", "t5"),
    "completep": ("mixer", "resnet-basic", "gpt2", "t5"),
    "deepnorm": ("transformer", "encoder-norm-last"),
    "deepscale-lm": ("encoder-norm-first", "transformer", "gpt2", "t5"),
    "fixup": ("skip-init", "mixer", "resnet-basic", "gpt2", "bloom"),
    "idinit": ("mlp-tanh", "mixer", "resnet-basic", "gpt2"),
    "mimetic": ("encoder-norm-first", "transformer", "gpt2", "t5"),
    "mup": ("mlp-tanh", "mixer", "resnet-basic", "gpt2", "llama"),
    "skipinit": ("skip-init", "layer-scale", "mixer", "resnet-basic", "t5"),
    "spectral": ("mlp-tanh", "mixer", "gpt2", "llama"),
    "t-fixup": ("encoder-norm-first", "transformer", "gpt2", "t5"),
    "tanh-identity": ("mlp-tanh", "mixer", "gpt2"),
    "zero": ("mlp-tanh", "resnet-basic", "gpt2", "bloom"),
}


@pytest.mark.parametrize(
    ("recipe", "name"), [(recipe, name) for recipe, names in MODELS.items() for name in names]
)
def test_nothing_is_left_uncovered(recipe: str, name: str) -> None:
    model = next(one for one in ZOO if one.name == name)
    net = model.build()
    plan = iso.plan(net, model.example(), recipe=recipe)
    assert len(plan) == len(describe(net))
