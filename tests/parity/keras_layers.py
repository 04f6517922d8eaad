"""Layers of Keras as they are built, and the recipe ``keras`` on torch layers of the same sizes."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from torch import nn

from isometry import schemes
from isometry.parameters import Axes, Parameter
from tests.parity import layers
from tests.parity.layers import Factory, drawn_by, recipe_draw
from tests.parity.measuring import Draw, Fixed, Row

Build = tuple[Callable[[], Any], tuple[int | None, ...]]
"""A layer and the shape that it is built for."""


def built(build: Build, name: str, *, copies: int = 1) -> Draw:
    """One variable of freshly built layers."""

    def draw() -> NDArray[Any]:
        keras.utils.set_random_seed(43)
        return np.stack([_variable(build, name) for _ in range(copies)])

    return draw


def _variable(build: Build, name: str) -> NDArray[Any]:
    make, shape = build
    layer = make()
    layer.build(shape)
    (found,) = [one for one in layer.variables if one.path.endswith(name)]
    values: NDArray[Any] = keras.ops.convert_to_numpy(found)
    return values


def row(
    build: Build,
    name: str,
    torch_side: tuple[Factory, str],
    law: str,
    *,
    copies: int = 1,
    block: slice | None = None,
) -> Row:
    factory, path = torch_side
    pair = (
        built(build, name, copies=copies),
        recipe_draw("keras", factory, path, copies=copies, block=block),
    )
    return layers.row(
        f"keras.layers.{type(build[0]()).__name__}.{name}",
        f"recipe keras on {type(factory()).__name__}.{path}",
        law,
        pair,
        ("recipe torch", recipe_draw("torch", factory, path, copies=copies, block=block)),
    )


def fixed(build: Build, name: str, torch_side: tuple[Factory, str], law: str) -> Fixed:
    factory, path = torch_side
    return layers.fixed(
        f"keras.layers.{type(build[0]()).__name__}.{name}",
        f"recipe keras on {type(factory()).__name__}.{path}",
        law,
        built(build, name),
        recipe_draw("keras", factory, path),
    )


L = keras.layers
DEPTHWISE = Parameter(
    "depthwise",
    (3, 3, 1000, 12),
    axes=Axes(window=(0, 1), inputs=(2,), outputs=(3,), groups=1000, groups_on="inputs"),
    role="weight",
    layer="conv",
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
    return nn.LSTM(160, 120)


def gru() -> nn.Module:
    return nn.GRU(160, 120)


def rnn() -> nn.Module:
    return nn.RNN(160, 120)


def attention() -> nn.Module:
    return nn.MultiheadAttention(240, 4)


K_DENSE: Build = (lambda: L.Dense(400), (None, 600))
K_LSTM: Build = (lambda: L.LSTM(120), (None, 2, 160))
K_GRU: Build = (lambda: L.GRU(120), (None, 2, 160))
K_RNN: Build = (lambda: L.SimpleRNN(120), (None, 2, 160))
K_NORM: Build = (L.BatchNormalization, (None, 5))
K_LAYER_NORM: Build = (L.LayerNormalization, (None, 5))


def keras_attention() -> Any:
    layer = L.MultiHeadAttention(4, 60)
    layer.build((1, 2, 240), (1, 2, 240))
    layer.build = lambda shape: None
    return layer


K_ATTENTION: Build = (keras_attention, ())

ROWS = (
    row(K_DENSE, "kernel", (dense, "weight"), "Glorot uniform"),
    row((lambda: L.Conv2D(160, 5), (None, 9, 9, 64)), "kernel", (conv, "weight"), "Glorot uniform"),
    row(
        (lambda: L.Conv2D(240, 5, groups=2), (None, 9, 9, 64)),
        "kernel",
        (grouped, "weight"),
        "Glorot uniform, fan_out of all groups",
    ),
    Row(
        "keras.layers.DepthwiseConv2D.kernel",
        "VarianceScaling(fan='fan_avg', distribution='uniform', convention='keras')",
        "Glorot uniform with fan_in of all channels",
        built((lambda: L.DepthwiseConv2D(3, depth_multiplier=12), (None, 9, 9, 1000)), "kernel"),
        drawn_by(
            schemes.VarianceScaling(fan="fan_avg", distribution="uniform", convention="keras"),
            DEPTHWISE,
        ),
        "the fans that are summed",
        drawn_by(schemes.VarianceScaling(fan="fan_avg", distribution="uniform"), DEPTHWISE),
    ),
    row(
        (lambda: L.Conv2DTranspose(60, 5, strides=2), (None, 9, 9, 100)),
        "kernel",
        (transposed, "weight"),
        "Glorot uniform, fans swapped",
    ),
    row(
        (lambda: L.Embedding(3000, 80), (None, 2)), "embeddings", (embedding, "weight"), "U(±0.05)"
    ),
    row(
        K_LSTM, "lstm_cell/kernel", (lstm, "weight_ih_l0"), "Glorot uniform of all gates", copies=3
    ),
    row(
        K_LSTM,
        "recurrent_kernel",
        (lstm, "weight_hh_l0"),
        "orthogonal, all gates as one matrix",
        copies=3,
    ),
    row(K_GRU, "gru_cell/kernel", (gru, "weight_ih_l0"), "Glorot uniform of all gates", copies=4),
    row(
        K_GRU,
        "recurrent_kernel",
        (gru, "weight_hh_l0"),
        "orthogonal, all gates as one matrix",
        copies=4,
    ),
    row(K_RNN, "recurrent_kernel", (rnn, "weight_hh_l0"), "orthogonal", copies=12),
    row(
        K_ATTENTION,
        "query/kernel",
        (attention, "in_proj_weight"),
        "Glorot uniform of each projection",
        copies=4,
        block=slice(0, 240),
    ),
    row(
        K_ATTENTION,
        "attention_output/kernel",
        (attention, "out_proj.weight"),
        "Glorot uniform",
        copies=4,
    ),
)

FIXED = (
    fixed(K_DENSE, "bias", (dense, "bias"), "0"),
    fixed(K_LSTM, "bias", (lstm, "bias_ih_l0"), "forget gate 1, others 0"),
    fixed(K_NORM, "gamma", (lambda: nn.BatchNorm1d(5), "weight"), "1"),
    fixed(K_NORM, "beta", (lambda: nn.BatchNorm1d(5), "bias"), "0"),
    fixed(K_NORM, "moving_mean", (lambda: nn.BatchNorm1d(5), "running_mean"), "0"),
    fixed(K_NORM, "moving_variance", (lambda: nn.BatchNorm1d(5), "running_var"), "1"),
    fixed(K_LAYER_NORM, "gamma", (lambda: nn.LayerNorm(5), "weight"), "1"),
    fixed((L.PReLU, (None, 5)), "alpha", (lambda: nn.PReLU(5), "weight"), "0"),
)
