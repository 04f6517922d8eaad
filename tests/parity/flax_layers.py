"""Layers of Flax (NNX) as they are built, and the recipe ``flax`` on torch layers alike."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from flax import nnx
from numpy.typing import NDArray
from torch import nn

from tests.parity import layers
from tests.parity.layers import Factory, recipe_draw
from tests.parity.measuring import Draw, Fixed, Row

Build = Callable[[nnx.Rngs], Any]


def built(build: Build, path: str, *, copies: int = 1) -> Draw:
    """One variable of freshly built layers."""

    def draw() -> NDArray[Any]:
        rngs = nnx.Rngs(45)
        found = [operator.attrgetter(path)(build(rngs)) for _ in range(copies)]
        return np.stack([np.asarray(one[...]) for one in found])

    return draw


def row(
    build: Build,
    path: str,
    torch_side: tuple[Factory, str],
    law: str,
    *,
    copies: int = 1,
    block: slice | None = None,
) -> Row:
    factory, name = torch_side
    pair = (
        built(build, path, copies=copies),
        recipe_draw("flax", factory, name, copies=copies, block=block),
    )
    return layers.row(
        f"flax.nnx.{type(build(nnx.Rngs(0))).__name__}.{path}",
        f"recipe flax on {type(factory()).__name__}.{name}",
        law,
        pair,
        ("recipe keras", recipe_draw("keras", factory, name, copies=copies, block=block)),
    )


def fixed(build: Build, path: str, torch_side: tuple[Factory, str], law: str) -> Fixed:
    factory, name = torch_side
    return layers.fixed(
        f"flax.nnx.{type(build(nnx.Rngs(0))).__name__}.{path}",
        f"recipe flax on {type(factory()).__name__}.{name}",
        law,
        built(build, path),
        recipe_draw("flax", factory, name),
    )


def dense() -> nn.Module:
    return nn.Linear(600, 400)


def conv() -> nn.Module:
    return nn.Conv2d(64, 160, 5)


def grouped() -> nn.Module:
    return nn.Conv2d(64, 240, 5, groups=2)


def transposed() -> nn.Module:
    return nn.ConvTranspose2d(100, 60, 5, stride=2)


def embedding() -> nn.Module:
    return nn.Embedding(3000, 80)


def lstm() -> nn.Module:
    return nn.LSTM(512, 256)


def gru() -> nn.Module:
    return nn.GRU(160, 120)


def rnn() -> nn.Module:
    return nn.RNN(500, 300)


def attention() -> nn.Module:
    return nn.MultiheadAttention(240, 4)


def norm() -> nn.Module:
    return nn.BatchNorm1d(5)


def flax_attention(rngs: nnx.Rngs) -> Any:
    return nnx.MultiHeadAttention(4, 240, decode=False, rngs=rngs)


def flax_norm(rngs: nnx.Rngs) -> Any:
    return nnx.BatchNorm(5, rngs=rngs)


ROWS = (
    row(
        lambda rngs: nnx.Linear(600, 400, rngs=rngs),
        "kernel",
        (dense, "weight"),
        "LeCun normal, truncated",
    ),
    row(
        lambda rngs: nnx.Conv(64, 160, (5, 5), rngs=rngs),
        "kernel",
        (conv, "weight"),
        "LeCun normal, truncated",
    ),
    row(
        lambda rngs: nnx.Conv(64, 240, (5, 5), feature_group_count=2, rngs=rngs),
        "kernel",
        (grouped, "weight"),
        "LeCun normal, fan_in per group",
    ),
    row(
        lambda rngs: nnx.ConvTranspose(100, 60, (5, 5), strides=2, rngs=rngs),
        "kernel",
        (transposed, "weight"),
        "LeCun normal, fans not swapped, stride ignored",
    ),
    row(
        lambda rngs: nnx.Embed(3000, 80, rngs=rngs),
        "embedding",
        (embedding, "weight"),
        "N(0, 1/features)",
    ),
    row(
        lambda rngs: nnx.LSTMCell(512, 256, rngs=rngs),
        "ii.kernel",
        (lstm, "weight_ih_l0"),
        "LeCun normal of each gate",
        copies=2,
        block=slice(0, 256),
    ),
    row(
        lambda rngs: nnx.LSTMCell(512, 256, rngs=rngs),
        "hf.kernel",
        (lstm, "weight_hh_l0"),
        "orthogonal gate by gate",
        copies=3,
        block=slice(256, 512),
    ),
    row(
        lambda rngs: nnx.SimpleCell(500, 300, rngs=rngs),
        "dense_i.kernel",
        (rnn, "weight_ih_l0"),
        "LeCun normal",
    ),
    row(
        flax_attention,
        "query.kernel",
        (attention, "in_proj_weight"),
        "LeCun normal of each projection",
        copies=4,
        block=slice(0, 240),
    ),
    row(
        flax_attention,
        "out.kernel",
        (attention, "out_proj.weight"),
        "LeCun normal",
        copies=4,
    ),
)

FIXED = (
    fixed(lambda rngs: nnx.Linear(6, 4, rngs=rngs), "bias", (lambda: nn.Linear(6, 4), "bias"), "0"),
    fixed(flax_norm, "scale", (norm, "weight"), "1"),
    fixed(flax_norm, "bias", (norm, "bias"), "0"),
    fixed(flax_norm, "mean", (norm, "running_mean"), "0"),
    fixed(flax_norm, "var", (norm, "running_var"), "1"),
    fixed(lambda _: nnx.PReLU(), "negative_slope", (nn.PReLU, "weight"), "0.01"),
)
