"""Fully connected nets."""

import math
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as fn
from torch.nn.utils import parametrizations

from tests.zoo.model import Model, normal, together


class Siren(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, 16) for a in (2, 16, 16))
        self.out = nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = torch.sin(30 * layer(x))
        return self.out(x)


class Raw(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.w1, self.b1 = nn.Parameter(torch.randn(8, 16)), nn.Parameter(torch.zeros(16))
        self.w2 = nn.Parameter(torch.randn(4, 16))

    def forward(self, x: Tensor) -> Tensor:
        return fn.softplus(x @ self.w1 + self.b1) @ self.w2.T


class TiedAutoencoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.code = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        return fn.linear(torch.tanh(self.code(x)), self.code.weight.t())


class Residual(nn.Module):
    """Branches that start at nothing: a learned scalar, or a learned vector, before the sum."""

    def __init__(self, scale: tuple[int, ...]) -> None:
        super().__init__()
        self.first = nn.Linear(8, 16)
        self.up = nn.ModuleList(nn.Linear(16, 32) for _ in range(3))
        self.down = nn.ModuleList(nn.Linear(32, 16) for _ in range(3))
        self.gains = nn.ParameterList(nn.Parameter(torch.zeros(scale)) for _ in range(3))
        self.out = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for up, down, gain in zip(self.up, self.down, self.gains, strict=True):
            x = x + gain * down(fn.relu(up(x)))
        return self.out(x)


class Lora(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.base = nn.Linear(8, 16)
        self.a, self.b = nn.Parameter(torch.randn(2, 8)), nn.Parameter(torch.zeros(16, 2))
        self.out = nn.Linear(16, 2)

    def forward(self, x: Tensor) -> Tensor:
        weight = self.base.weight + 4.0 * (self.b @ self.a)
        return self.out(fn.gelu(fn.linear(x, weight, self.base.bias)))


class DeepSet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.each = nn.Sequential(nn.Linear(3, 16), nn.ELU(), nn.Linear(16, 16))
        self.whole = nn.Sequential(nn.Linear(16, 16), nn.ELU(), nn.Linear(16, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.whole(self.each(x).mean(dim=1))


class Fourier(nn.Module):
    """Fixed random features, then a net; the features are a buffer and no weight."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("waves", torch.randn(2, 8))
        self.net = nn.Sequential(nn.Linear(16, 16), nn.SiLU(), nn.Linear(16, 1))

    def forward(self, x: Tensor) -> Tensor:
        angles = 2 * math.pi * x @ self.waves  # type: ignore[operator]  # a buffer is a tensor
        return self.net(torch.cat([angles.sin(), angles.cos()], dim=-1))


class Critic(nn.Module):
    """State and action, joined halfway."""

    def __init__(self) -> None:
        super().__init__()
        self.state, self.both, self.value = nn.Linear(6, 16), nn.Linear(18, 16), nn.Linear(16, 1)

    def forward(self, state: Tensor, action: Tensor) -> Tensor:
        h = fn.leaky_relu(self.state(state), 0.2)
        return self.value(fn.leaky_relu(self.both(torch.cat([h, action], dim=1)), 0.2))


class Mixer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Linear(12, 16)
        self.norms = nn.ModuleList(nn.LayerNorm(16) for _ in range(5))
        self.tokens = nn.ModuleList(_two(9, 18) for _ in range(2))
        self.channels = nn.ModuleList(_two(16, 32) for _ in range(2))
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch(x)
        for i in range(2):
            x = x + self.tokens[i](self.norms[2 * i](x).transpose(1, 2)).transpose(1, 2)
            x = x + self.channels[i](self.norms[2 * i + 1](x))
        return self.head(self.norms[4](x).mean(1))


def _two(width: int, inside: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, inside), nn.GELU(), nn.Linear(inside, width))


def _stack(activation: Any, *widths: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for a, b in pairwise(widths):
        layers += [nn.Linear(a, b), activation()]
    return nn.Sequential(*layers[:-1])


BRANCHES = """
    first.weight   linear  input  linear+join  -
    up.0.weight    linear  linear relu         B1/3
    up.1.weight    linear  join   relu         B2/3
    up.2.weight    linear  join   relu         B3/3
    down.\\d.weight linear relu   join         T
    out.weight     linear  join   output       -
"""


MODELS = (
    Model(
        "mlp-tanh", lambda: _stack(nn.Tanh, 8, 16, 16, 4), normal(4, 8),
        """
        0.weight  linear  input  tanh    -
        2.weight  linear  tanh   tanh    -
        4.weight  linear  tanh   output  -
        """,
    ),
    Model(
        "mlp-relu-flattened", lambda: nn.Sequential(nn.Flatten(), _stack(nn.ReLU, 12, 16, 4)),
        normal(4, 3, 4),
        """
        1.0.weight  linear  input  relu    -
        1.2.weight  linear  relu   output  -
        """,
    ),
    Model(
        "mlp-selu", lambda: nn.Sequential(
            nn.Linear(8, 16), nn.SELU(), nn.AlphaDropout(0.1), nn.Linear(16, 16), nn.SELU(),
            nn.Linear(16, 4)),
        normal(4, 8),
        """
        0.weight  linear  input  selu    -
        3.weight  linear  selu   selu    -
        5.weight  linear  selu   output  -
        """,
    ),
    Model(
        "mlp-norm", lambda: nn.Sequential(
            nn.Linear(8, 16), nn.BatchNorm1d(16), nn.Mish(), nn.Dropout(0.5), nn.Linear(16, 4),
            nn.LogSoftmax(-1)),
        normal(4, 8),
        """
        0.weight  linear  input  norm     -
        4.weight  linear  mish   softmax  -
        """,
    ),
    Model(
        "mlp-glu", lambda: nn.Sequential(nn.Linear(8, 32), nn.GLU(), nn.Linear(16, 4)),
        normal(4, 8),
        """
        0.weight  linear  input  gate    -
        2.weight  linear  gate   output  -
        """,
    ),
    Model(
        "mlp-prelu", lambda: nn.Sequential(nn.Linear(8, 16), nn.PReLU(), nn.Linear(16, 4)),
        normal(4, 8),
        """
        0.weight  linear  input               leaky_relu(0.25)  -
        2.weight  linear  leaky_relu(0.25)    output            -
        """,
    ),
    Model(
        "mlp-weight-norm", lambda: nn.Sequential(
            parametrizations.weight_norm(nn.Linear(8, 16)), nn.ReLU(),
            parametrizations.weight_norm(nn.Linear(16, 4))),
        normal(4, 8),
        """
        0.parametrizations.weight.original\\d  linear  input  relu    -  8>16
        2.parametrizations.weight.original\\d  linear  relu   output  -  16>4
        """,
    ),
    Model(
        "mlp-spectral-norm", lambda: nn.Sequential(
            parametrizations.spectral_norm(nn.Linear(8, 16)), nn.LeakyReLU(0.1),
            parametrizations.spectral_norm(nn.Linear(16, 1))),
        normal(4, 8),
        """
        0.parametrizations.weight.original  linear  input            leaky_relu(0.1)  -  8>16
        2.parametrizations.weight.original  linear  leaky_relu(0.1)  output           -  16>1
        """,
    ),
    Model(
        "siren", Siren, normal(9, 2),
        """
        layers.0.weight     linear  input      sin(w0=30)  -
        layers.[12].weight  linear  sin(w0=30) sin(w0=30)  -
        out.weight          linear  sin(w0=30) output      -
        """,
    ),
    Model(
        "raw-parameters", Raw, normal(4, 8),
        """
        w1  matmul  input     softplus  -  8>16
        w2  matmul  softplus  output    -  16>4
        """,
    ),
    Model(
        "tied-autoencoder", TiedAutoencoder, normal(4, 12),
        """
        code.weight  linear  input  tanh    -  12>5
        code.weight  linear  tanh   output  -  5>12
        """,
    ),
    Model("skip-init", lambda: Residual(()), normal(4, 8), BRANCHES, (3,)),
    Model("layer-scale", lambda: Residual((16,)), normal(4, 8), BRANCHES, (3,)),
    Model(
        "lora-merged", Lora, normal(4, 8),
        """
        base.weight|a|b  linear  input  gelu    -  8>16
        out.weight       linear  gelu   output  -
        """,
    ),
    Model(
        "deep-set", DeepSet, normal(4, 7, 3),
        """
        each.0.weight   linear  input      elu        -
        each.2.weight   linear  elu        reduction  -
        whole.0.weight  linear  reduction  elu        -
        whole.2.weight  linear  elu        output     -
        """,
    ),
    Model(
        "fourier-features", Fourier, normal(4, 2),
        """
        net.0.weight  linear  cos+sin  silu    -
        net.2.weight  linear  silu     output  -
        """,
    ),
    Model(
        "critic", Critic, together(normal(4, 6), normal(4, 2, seed=1)),
        """
        state.weight  linear  input                   leaky_relu(0.2)  -
        both.weight   linear  input+leaky_relu(0.2)   leaky_relu(0.2)  -
        value.weight  linear  leaky_relu(0.2)         output           -
        """,
    ),
    Model(
        "mixer", Mixer, normal(2, 9, 12),
        """
        patch.weight                 linear  input      join+norm  -
        (tokens|channels).\\d.0.weight  linear  norm    gelu       B
        (tokens|channels).\\d.2.weight  linear  gelu    join       T
        head.weight                  linear  reduction  output     -
        """,
        (4,),
    ),
)  # fmt: skip
