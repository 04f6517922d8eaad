"""The backward forecast against autograd: right within its tolerance, wrong where it must be."""

from collections.abc import Callable
from functools import cache

import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from isometry import plans, schemes
from isometry.frameworks.torch.tracing import capture
from tests.plans.forecast import gradients
from tests.plans.forecast.nets import Net, noise, words

SEEDS = 32
WRONG = 1.25
"""By how much a plan is off that must be noticed."""


def deep(*between: Callable[[], nn.Module], depth: int = 4) -> nn.Sequential:
    layers = [
        layer for _ in range(depth) for layer in (nn.Linear(128, 128), *[b() for b in between])
    ]
    return nn.Sequential(*layers, nn.Linear(128, 32))


def image(*middle: nn.Module, width: int = 512) -> nn.Sequential:
    head = (nn.Flatten(), nn.Linear(width, 64))
    return nn.Sequential(nn.Conv2d(3, 32, 3, padding=1), *middle, *head)


class Attention(nn.Module):
    """One layer of self-attention over words, each projection a map of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(100, 256)
        self.q, self.k, self.v, self.out = (nn.Linear(256, 256) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        e = self.words(x)
        q, k, v = (m(e).unflatten(-1, (4, 64)).transpose(1, 2) for m in (self.q, self.k, self.v))
        mixed = nn.functional.scaled_dot_product_attention(q, k, v)
        return torch.add(e, self.out(mixed.transpose(1, 2).flatten(-2)))


class ByHand(Attention):
    """The same with every step of the attention written out."""

    def forward(self, x: Tensor) -> Tensor:
        e = self.words(x)
        q, k, v = (m(e).unflatten(-1, (4, 64)).transpose(1, 2) for m in (self.q, self.k, self.v))
        mixed = torch.softmax(q @ k.transpose(-1, -2) / 8, -1) @ v
        return torch.add(e, self.out(mixed.transpose(1, 2).flatten(-2)))


class Gated(nn.Module):
    """A gate, a residual sum and a norm."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(128)
        self.gate, self.up, self.down = (
            nn.Linear(128, 256),
            nn.Linear(128, 256),
            nn.Linear(256, 128),
        )
        self.head = nn.Linear(128, 64)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(x)
        out: Tensor = self.head(x + self.down(nn.functional.silu(self.gate(y)) * self.up(y)))
        return out


class Squeezed(nn.Module):
    """Channels scaled by a gate that sees the mean over all positions."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.gate = nn.Conv2d(3, 64, 3, padding=1), nn.Linear(64, 64)
        self.last = nn.Conv2d(64, 64, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.first(x))
        gate = torch.sigmoid(self.gate(y.mean((2, 3))))
        out: Tensor = self.last(y * gate[:, :, None, None])
        return out


class Recurrent(nn.Module):
    """A recurrence and a head."""

    def __init__(self, kind: Callable[..., nn.Module], *, both: bool = False) -> None:
        super().__init__()
        self.enter = nn.Linear(64, 64)
        self.body = kind(64, 64, batch_first=True, bidirectional=both)
        self.head = nn.Linear(128 if both else 64, 64)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(self.body(self.enter(x))[0])
        return out


class Classed(nn.Module):
    """A small token beside large ones; behind a norm and a residual sum, it alone is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.enter, self.token = nn.Linear(64, 128), nn.Parameter(torch.zeros(1, 1, 128))
        self.norm, self.inner = nn.LayerNorm(128), nn.Linear(128, 128)
        self.last, self.head = nn.LayerNorm(128), nn.Linear(128, 64)
        nn.init.normal_(self.token, std=0.1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.enter(x)
        y = torch.cat((self.token.expand(len(y), -1, -1), y), dim=1)
        y = y + self.inner(self.norm(y)).mean(1, keepdim=True)
        out: Tensor = self.head(self.last(y)[:, 0])
        return out


class Normed(nn.Module):
    """Norms one right behind the other: the second finds nothing left to hide."""

    def __init__(self) -> None:
        super().__init__()
        self.enter, self.head = nn.Linear(128, 24), nn.Linear(24, 256)
        self.norms = nn.ModuleList(nn.LayerNorm(24) for _ in range(6))

    def forward(self, x: Tensor) -> Tensor:
        y = self.enter(x)
        for norm in self.norms:
            y = norm(y)
        out: Tensor = self.head(y)
        return out


class Trunk(nn.Module):
    """A residual trunk of convolutions with batch norms, ended by a mean over positions."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 64, 3, padding=1)
        self.norms = nn.ModuleList(nn.BatchNorm2d(64) for _ in range(3))
        self.convs = nn.ModuleList(nn.Conv2d(64, 64, 3, padding=1) for _ in range(3))
        self.head = nn.Linear(64, 64)

    def forward(self, x: Tensor) -> Tensor:
        y = self.stem(x)
        for norm, conv in zip(self.norms, self.convs, strict=True):
            y = y + conv(torch.relu(norm(y)))
        out: Tensor = self.head(y.mean((2, 3)))
        return out


class Larger(nn.Module):
    """The larger of two maps."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Linear(64, 64)
        self.first, self.second = nn.Linear(64, 64), nn.Linear(64, 64)

    def forward(self, x: Tensor) -> Tensor:
        y = self.enter(x)
        return torch.maximum(self.first(y), self.second(y))


NETS = (
    Net("relu", lambda: deep(nn.ReLU), noise(32, 128), 0.08),
    Net("gelu", lambda: deep(nn.GELU), noise(32, 128), 0.08),
    Net("tanh", lambda: deep(nn.Tanh), noise(32, 128)),
    Net("layer norm", lambda: deep(lambda: nn.LayerNorm(128), nn.ReLU), noise(32, 128)),
    Net("rms norm", lambda: deep(lambda: nn.RMSNorm(128), nn.SiLU), noise(32, 128)),
    Net("batch norm", lambda: deep(lambda: nn.BatchNorm1d(128), nn.ReLU), noise(32, 128)),
    Net("stride", lambda: image(nn.ReLU(), nn.Conv2d(32, 32, 3, 2, 1)), noise(8, 3, 8, 8)),
    Net("group norm", lambda: image(nn.GroupNorm(4, 32), nn.ReLU(), width=2048), noise(8, 3, 8, 8)),
    Net("average", lambda: image(nn.SiLU(), nn.AvgPool2d(2)), noise(8, 3, 8, 8), 0.08),
    Net("maximum", lambda: image(nn.ReLU(), nn.MaxPool2d(2)), noise(8, 3, 8, 8), 0.08),
    Net("attention", Attention, words(8, 16), 0.08),
    Net("attention by hand", ByHand, words(8, 16), 0.08),
    Net("gate", Gated, noise(32, 128)),
    Net("squeeze", Squeezed, noise(8, 3, 8, 8), 0.08),
    Net("rnn", lambda: Recurrent(nn.RNN), noise(8, 10, 64), 0.08),
    Net("lstm", lambda: Recurrent(nn.LSTM), noise(8, 10, 64), 0.08),
    Net("gru", lambda: Recurrent(nn.GRU), noise(8, 10, 64), 0.08),
    Net("both ways", lambda: Recurrent(nn.GRU, both=True), noise(8, 10, 64), 0.08),
    Net("token", Classed, noise(8, 16, 64), 0.08),
    Net("norms", Normed, noise(32, 128), 0.08),
    Net("trunk", Trunk, noise(4, 3, 8, 8), 0.1),
    Net("larger", Larger, noise(32, 64), 0.08),
)


@cache
def seen(net: Net) -> tuple[plans.Plan, dict[str, tuple[float, float]]]:
    plan = iso.plan(net.build)
    return plan, gradients.measured(net.build(), net.example, plan, SEEDS)


def worst(net: Net, plan: plans.Plan) -> float:
    layers = plans.forecast(capture(net.build(), net.example(0)), plan).layers
    known = {one.path: one.gradients for one in layers if one.gradients is not None}
    made = {path: (one.output, one.weight) for path, one in known.items()}
    return max(
        abs(value / real - 1)
        for path, sides in seen(net)[1].items()
        for value, real in zip(made[path], sides, strict=True)
    )


def widened(plan: plans.Plan) -> plans.Plan:
    """The plan with its last matrix wider by a quarter: a norm hides that of any other."""
    one = [one for one in plan if len(one.parameter.shape) > 1][-1]
    assert one.scheme is not None
    std = one.scheme.moments(one.parameter).std
    return plan.replace(one.parameter.path, schemes.Normal(std=WRONG * std))


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.name)
def test_a_forecast_meets_autograd(net: Net) -> None:
    assert worst(net, seen(net)[0]) < net.within


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.name)
def test_the_forecast_of_another_plan_does_not(net: Net) -> None:
    assert worst(net, widened(seen(net)[0])) > net.within
