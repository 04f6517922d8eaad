"""Layers of torch as they are built, and the recipe ``torch``."""

import operator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from isometry import schemes
from tests.parity import layers
from tests.parity.layers import Factory, recipe_draw, scheme_draw
from tests.parity.measuring import Draw, Fixed, Row


def built(factory: Factory, path: str, *, copies: int = 1) -> Draw:
    """One tensor of freshly built layers."""

    def draw() -> NDArray[Any]:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(41)
            made = [operator.attrgetter(path)(factory()).detach().numpy() for _ in range(copies)]
        return np.stack(made)

    return draw


def row(
    factory: Factory, path: str, law: str, neighbour: tuple[str, Draw], *, copies: int = 1
) -> Row:
    name = type(factory()).__name__
    pair = (
        built(factory, path, copies=copies),
        recipe_draw("torch", factory, path, copies=copies),
    )
    return layers.row(f"torch.nn.{name}.{path}", "recipe torch", law, pair, neighbour)


def fixed(factory: Factory, path: str, law: str) -> Fixed:
    name = type(factory()).__name__
    pair = built(factory, path), recipe_draw("torch", factory, path)
    return layers.fixed(f"torch.nn.{name}.{path}", "recipe torch", law, *pair)


def keras(factory: Factory, path: str, *, copies: int = 1) -> tuple[str, Draw]:
    return "recipe keras", recipe_draw("keras", factory, path, copies=copies)


def uniform(size: float, count: int = 200_000) -> Draw:
    """A uniform law of bound ``1 / sqrt(size)``."""
    bound = size**-0.5
    return lambda: np.linspace(-bound, bound, count)


def linear() -> nn.Module:
    return nn.Linear(64, 3000)


def conv() -> nn.Module:
    return nn.Conv2d(32, 400, 5, groups=2)


def transposed() -> nn.Module:
    return nn.ConvTranspose2d(60, 500, 3, stride=2)


def lstm() -> nn.Module:
    return nn.LSTM(160, 120)


def gru() -> nn.Module:
    return nn.GRU(160, 120)


def rnn() -> nn.Module:
    return nn.RNN(160, 120)


def attention() -> nn.Module:
    return nn.MultiheadAttention(240, 4, add_bias_kv=True)


def cross_attention() -> nn.Module:
    return nn.MultiheadAttention(240, 4, kdim=600, vdim=600)


def bilinear() -> nn.Module:
    return nn.Bilinear(40, 30, 200)


def embedding() -> nn.Module:
    return nn.Embedding(3000, 80, padding_idx=7)


_SEMANTIC = schemes.VarianceScaling(3**-0.5, distribution="uniform")

ROWS = (
    row(linear, "weight", "U(±1/sqrt(fan_in))", keras(linear, "weight")),
    row(linear, "bias", "U(±1/sqrt(fan_in))", ("U(±1/sqrt(out))", uniform(3000)), copies=50),
    row(conv, "weight", "fan_in per group, taps counted", keras(conv, "weight")),
    row(conv, "bias", "as its weight", ("not per group", uniform(32 * 25)), copies=300),
    row(
        transposed,
        "weight",
        "fan_in is the outputs times taps: swapped, stride ignored",
        ("the fan_in that is summed", scheme_draw(_SEMANTIC, transposed, "weight")),
    ),
    row(
        transposed,
        "bias",
        "as its weight",
        ("fan_in of inputs", uniform(60 * 9)),
        copies=200,
    ),
    row(embedding, "weight", "N(0, 1), padding row 0", keras(embedding, "weight")),
    row(lstm, "weight_ih_l0", "U(±1/sqrt(hidden))", keras(lstm, "weight_ih_l0"), copies=2),
    row(lstm, "weight_hh_l0", "U(±1/sqrt(hidden))", keras(lstm, "weight_hh_l0"), copies=2),
    row(lstm, "bias_ih_l0", "U(±1/sqrt(hidden))", ("inputs", uniform(160)), copies=300),
    row(gru, "weight_ih_l0", "U(±1/sqrt(hidden))", keras(gru, "weight_ih_l0"), copies=3),
    row(rnn, "weight_hh_l0", "U(±1/sqrt(hidden))", keras(rnn, "weight_hh_l0"), copies=12),
    row(
        attention,
        "in_proj_weight",
        "Glorot uniform of the packed (3E, E)",
        keras(attention, "in_proj_weight"),
    ),
    row(
        attention, "out_proj.weight", "U(±1/sqrt(E))", keras(attention, "out_proj.weight"), copies=3
    ),
    row(
        attention,
        "bias_k",
        "Glorot normal of (1, 1, E): variance 1/E",
        ("variance 2/E", lambda: np.random.default_rng(0).normal(0, (2 / 240) ** 0.5, 200_000)),
        copies=700,
    ),
    row(
        cross_attention,
        "k_proj_weight",
        "Glorot uniform of (E, kdim)",
        ("U(±1/sqrt(kdim))", uniform(600)),
    ),
    row(
        bilinear,
        "weight",
        "U(±1/sqrt(in1))",
        ("every product counted", scheme_draw(_SEMANTIC, bilinear, "weight")),
    ),
    row(bilinear, "bias", "U(±1/sqrt(in1))", ("in1 * in2", uniform(1200)), copies=700),
)

FIXED = (
    fixed(attention, "in_proj_bias", "0"),
    fixed(attention, "out_proj.bias", "0"),
    fixed(lambda: nn.LayerNorm(5), "weight", "1"),
    fixed(lambda: nn.LayerNorm(5), "bias", "0"),
    fixed(lambda: nn.RMSNorm(5), "weight", "1"),
    fixed(lambda: nn.GroupNorm(2, 4), "weight", "1"),
    fixed(lambda: nn.BatchNorm2d(5), "weight", "1"),
    fixed(lambda: nn.BatchNorm2d(5), "bias", "0"),
    fixed(lambda: nn.BatchNorm2d(5), "running_mean", "0"),
    fixed(lambda: nn.BatchNorm2d(5), "running_var", "1"),
    fixed(lambda: nn.BatchNorm2d(5), "num_batches_tracked", "0"),
    fixed(lambda: nn.PReLU(3), "weight", "0.25"),
    fixed(lambda: nn.PReLU(3, init=0.4), "weight", "the slope asked for"),
)
