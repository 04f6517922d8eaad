"""Wide nets for rules that few nets need, each with the wrong rule that its tolerance rejects."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrizations

from isometry.plans.forecast.tables import Table
from tests.plans.forecast.nets import Net, noise, words


@dataclass(frozen=True, slots=True)
class Special:
    """A net, and what its forecast must not be computed with.

    Attributes:
        net: The net.
        wrong: Where the rule is found, below ``isometry.plans.forecast``.
        instead: What stands there in the negative control.
    """

    net: Net
    wrong: str
    instead: Any


def both(*examples: Callable[[int], Any]) -> Callable[[int], Any]:
    """Arguments of their own seeds."""
    return lambda seed: tuple(one(2 * seed + i) for i, one in enumerate(examples))


class Capped(nn.Module):
    """Grouped keys and values, capped scores, and a mask of huge numbers that is added."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(100, 128)
        self.q, self.kv, self.out = nn.Linear(128, 128), nn.Linear(128, 64), nn.Linear(128, 128)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.words(ids)
        q = self.q(x).view(8, 16, 4, 32).transpose(1, 2)
        kv = self.kv(x).view(8, 16, 2, 32).transpose(1, 2)
        kv = kv[:, :, None, :, :].expand(8, 2, 2, 16, 32).reshape(8, 4, 16, 32)
        scores = 20 * torch.tanh(q @ kv.transpose(-2, -1) * 32**-0.5 / 20)
        mask = torch.full((16, 16), -3e38).triu(1)
        mixed = functional.softmax(scores + mask, -1) @ kv
        return torch.as_tensor(self.out(mixed.transpose(1, 2).reshape(8, 16, 128)))


class Linear(nn.Module):
    """Attention without softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v, self.out = (nn.Linear(128, 128, bias=False) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        q, k = functional.elu(self.q(x)) + 1, functional.elu(self.k(x)) + 1
        memory = torch.einsum("bkd,bke->bde", k, self.v(x))
        return torch.as_tensor(self.out(torch.einsum("bqd,bde->bqe", q, memory)))


class Bag(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.out = nn.EmbeddingBag(100, 128, mode="mean"), nn.Linear(128, 128)

    def forward(self, ids: Tensor) -> Tensor:
        return torch.as_tensor(self.out(self.words(ids)))


class Longest(nn.Module):
    """The largest of all positions, after an activation that rises."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.out = nn.Conv1d(16, 128, 3), nn.Linear(128, 128)

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(self.out(functional.relu(self.conv(x)).amax(2)))


class Mixing(nn.Module):
    """A map over positions, then their mean."""

    def __init__(self) -> None:
        super().__init__()
        self.enter, self.mix, self.out = nn.Linear(16, 128), nn.Linear(32, 32), nn.Linear(128, 128)

    def forward(self, x: Tensor) -> Tensor:
        y = self.enter(x)
        mixed = self.mix(functional.relu(y).transpose(1, 2)).transpose(1, 2)
        return torch.as_tensor(self.out((y + mixed).mean(1)))


class Hyper(nn.Module):
    """A net whose weights another net makes."""

    def __init__(self) -> None:
        super().__init__()
        self.hyper, self.out = nn.Linear(64, 64 * 64), nn.Linear(64, 64)

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        made = self.hyper(z).view(64, 64)
        return torch.as_tensor(self.out(functional.linear(x, made)))


class Siamese(nn.Module):
    """The same net twice, and the difference."""

    def __init__(self) -> None:
        super().__init__()
        self.twin = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128))
        self.out = nn.Linear(128, 128)

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return torch.as_tensor(self.out(self.twin(a) - self.twin(b)))


class Cells(nn.Module):
    """A loop of cells that reads the same input again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.out = nn.LSTMCell(64, 64), nn.Linear(64, 64)

    def forward(self, x: Tensor) -> Tensor:
        state = (torch.zeros(8, 64), torch.zeros(8, 64))
        for _ in range(8):
            state = self.cell(x, state)
        return torch.as_tensor(self.out(state[0]))


class Given(nn.Module):
    """A recurrence that starts from a state, as a decoder does."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.body = nn.Linear(64, 64), nn.GRU(64, 64, batch_first=True)
        self.out = nn.Linear(64, 64)

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        return torch.as_tensor(self.out(self.body(x, 2 * self.first(z)[None])[0]))


class Padded(nn.Module):
    """Places of padding, which a norm leaves at zero."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(100, 128, padding_idx=0)
        self.norm, self.out = nn.RMSNorm(128), nn.Linear(128, 128, bias=False)

    def forward(self, ids: Tensor) -> Tensor:
        return torch.as_tensor(self.out(self.norm(self.words(ids))))


def padded(seed: int) -> Tensor:
    """Words of which a quarter are padding, always at the same places."""
    ids: Tensor = 1 + words(8, 16)(seed) % 99
    ids[:, 12:] = 0
    return ids


class Sines(nn.Module):
    """Attention over positions that a fixed table of sines and cosines tells apart."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(100, 128), nn.Embedding(32, 128)
        angles = torch.outer(torch.arange(32.0), 1000 ** -torch.linspace(0, 1, 64))
        self.places.weight.data = torch.cat([angles.sin(), angles.cos()], 1)
        self.places.weight.requires_grad = False
        self.q, self.k, self.v, self.out = (nn.Linear(128, 128) for _ in range(4))

    def forward(self, ids: Tensor) -> Tensor:
        x = self.words(ids) + 3 * self.places(torch.arange(ids.shape[1]))
        y = functional.layer_norm(x, (128,))
        mixed = functional.scaled_dot_product_attention(self.q(y), self.k(y), self.v(y))
        return torch.as_tensor(self.out(mixed))


def spectral() -> nn.Module:
    first = parametrizations.spectral_norm(nn.Linear(64, 128, bias=False))
    return nn.Sequential(first, nn.ReLU(), nn.Linear(128, 128))


def hidden(step: Any) -> None:
    """No mask is seen."""


def alone(step: Any, longest: int) -> tuple[Any, int]:
    """A turn of a loop, and none before."""
    return step, 1


def from_nothing(step: Any, names: Any, shape: tuple[int, ...]) -> Any:
    """The zeros that a recurrence starts from where no state is given."""
    return torch.zeros(*shape[:2], shape[-1]).double().numpy()


SPECIAL = (
    Special(Net("capped", Capped, words(8, 16)), "steps.Step.sight", hidden),
    Special(Net("linear attention", Linear, noise(8, 12, 128)), "contractions._pair",
            lambda of, _: of.mean**2),
    Special(Net("spectral norm", spectral, noise(32, 64)), "spectral.divides", lambda *_: False),
    Special(Net("bag", Bag, words(16, 8)), "embeddings._bagged", lambda _, one: one),
    Special(Net("longest", Longest, noise(16, 16, 24)), "pools.LARGEST", ()),
    Special(Net("mixing", Mixing, noise(8, 32, 16)), "mapping.mixes_positions", lambda *_: False),
    Special(Net("hyper", Hyper, both(noise(16, 64), noise(64))), "contractions.contracted",
            lambda step: step.first),
    Special(Net("siamese", Siamese, both(noise(16, 64), noise(16, 64))), "twins.are_twins",
            lambda *_: False),
    Special(Net("cells", Cells, noise(8, 64)), "unrolled.start", alone),
    Special(Net("given state", Given, both(noise(8, 6, 64), noise(8, 64))), "recurrent._started",
            from_nothing),
    Special(Net("sines", Sines, words(8, 16)), "embeddings._recorded",
            lambda _, __, table: (table, table.mean**2)),
    Special(Net("padding", Padded, padded), "tables._table", lambda *_: Table()),
)  # fmt: skip
