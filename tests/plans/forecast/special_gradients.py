"""Wide nets for backward rules that few nets need, each with the wrong rule that it rejects."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrizations

from isometry.plans.forecast import backward_maps, backward_rules
from tests.plans.forecast.nets import Net, noise, words
from tests.plans.forecast.special import Special, both


class Bag(nn.Module):
    """Means of the rows of bags."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.out = nn.EmbeddingBag(100, 128, mode="mean"), nn.Linear(128, 64)

    def forward(self, ids: Tensor) -> Tensor:
        return torch.as_tensor(self.out(self.words(ids)))


class Hyper(nn.Module):
    """A map whose weight another map made."""

    def __init__(self) -> None:
        super().__init__()
        self.hyper, self.out = nn.Linear(8, 64 * 64), nn.Linear(64, 64)

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        made = functional.linear(x, self.hyper(z).view(64, 64))
        return torch.as_tensor(self.out(torch.relu(made)))


class Routed(nn.Module):
    """Two of sixteen shares, taken anew for each token, and normed to one."""

    def __init__(self) -> None:
        super().__init__()
        self.router, self.values = nn.Linear(64, 16), nn.Linear(64, 2 * 128)

    def forward(self, x: Tensor) -> Tensor:
        shares, _ = torch.topk(self.router(x).softmax(-1), 2)
        shares = shares / shares.sum(-1, keepdim=True)
        return torch.sum(self.values(x).view(-1, 2, 128) * shares[..., None], 1)


class Grouped(nn.Module):
    """Keys and values that two heads share."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.q = nn.Embedding(100, 128), nn.Linear(128, 128)
        self.k, self.v, self.out = nn.Linear(128, 64), nn.Linear(128, 64), nn.Linear(128, 128)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.words(ids)
        q = self.q(x).view(*ids.shape, 4, 32).transpose(1, 2)
        k, v = (self._shared(each(x)) for each in (self.k, self.v))
        mixed = torch.softmax(q @ k.transpose(-2, -1) * 32**-0.5, -1) @ v
        return torch.as_tensor(self.out(mixed.transpose(1, 2).reshape(*ids.shape, 128)))

    @staticmethod
    def _shared(x: Tensor) -> Tensor:
        many, places, _ = x.shape
        x = x.view(many, places, 2, 32).transpose(1, 2)
        x = x[:, :, None].expand(many, 2, 2, places, 32)
        return x.reshape(many, 4, places, 32)


class Largest(nn.Module):
    """The largest of many places, each of few inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.out = nn.Conv1d(4, 256, 1), nn.Linear(256, 64)

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(self.out(self.conv(x).amax(-1)))


class Tokens(nn.Module):
    """Maps over positions, and a mean over them."""

    def __init__(self) -> None:
        super().__init__()
        self.enter, self.first = nn.Linear(16, 512), nn.Linear(16, 128)
        self.second, self.head = nn.Linear(128, 16), nn.Linear(512, 128)

    def forward(self, x: Tensor) -> Tensor:
        x = self.enter(x)
        mixed = self.second(torch.tanh(self.first(x.transpose(1, 2)))).transpose(1, 2)
        return torch.as_tensor(self.head((x + mixed).mean(1)))


def whole() -> nn.Module:
    """A kernel nearly as large as its image: hardly two places share a weight."""
    layers = (nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(64, 128, 3))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 32))


def picture() -> nn.Module:
    """Numbers that a norm takes for places of an image."""
    entered = (nn.Linear(16, 64 * 16), nn.Unflatten(1, (64, 4, 4)), nn.BatchNorm2d(64))
    return nn.Sequential(*entered, nn.ReLU(), nn.Conv2d(64, 32, 3, padding=1))


def normed(norm: Any) -> nn.Module:
    """A map whose weight is parametrized, then another."""
    return nn.Sequential(norm(nn.Linear(32, 64)), nn.ReLU(), nn.Linear(64, 64))


def unscaled(step: Any, gradient: Any) -> Any:
    """All of the gradient, for the first that went in."""
    return [(step.node.inputs[0], gradient)]


def once(step: Any, gradient: Any, alike: Any, *, bags: int) -> Any:
    """Each bag as if it were one row."""
    return backward_maps.collected(step, gradient, alike, places=bags)


GRADIENTS: tuple[Special, ...] = (
    Special(Net("bag", Bag, words(16, 12), within=0.08), "backward_maps._unbagged", once),
    Special(
        Net("made-weight", Hyper, both(noise(32, 64), noise(8)), within=0.12),
        "backward_rules.TABLE",
        {**backward_rules.TABLE, "weight": backward_rules.steady},
    ),
    Special(
        Net("weight-norm", lambda: normed(parametrizations.weight_norm), noise(16, 32)),
        "backward_rules.SPECIAL",
        {},
    ),
    Special(
        Net("spectral-norm", lambda: normed(parametrizations.spectral_norm), noise(16, 32)),
        "backward_rules._unstretched",
        unscaled,
    ),
    Special(
        Net("routed", Routed, noise(64, 64), within=0.1),
        "backward_norms._shared",
        lambda _, __, gradient: gradient,
    ),
    Special(
        Net("largest-weights", Routed, noise(64, 64), within=0.1),
        "backward_rules.SPECIAL",
        {},
    ),
    Special(
        Net("largest", Largest, noise(8, 4, 32), within=0.06), "backward_maps._led", lambda *_: 0.0
    ),
    Special(
        Net("grouped", Grouped, words(32, 4), within=0.08),
        "backward_pools._copies",
        lambda *_: {"N": 1, "P": 2, "C": 1},
    ),
    Special(
        Net("tokens", Tokens, noise(8, 16, 16), within=0.08),
        "mapping.mixes_positions",
        lambda *_: False,
    ),
    Special(
        Net("whole", whole, noise(4, 3, 8, 8), within=0.08), "backward_maps._kept", lambda *_: 1.0
    ),
    Special(
        Net("picture", picture, noise(8, 16), within=0.08), "rules._pictured", lambda _, made: made
    ),
)
