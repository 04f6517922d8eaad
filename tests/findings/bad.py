"""Starts that train badly or not at all, each with what should be said of it."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from tests.findings.case import Case
from tests.zoo import ZOO
from tests.zoo.model import indices, normal, together

WIDTH, DEPTH, SAMPLES = 96, 20, 96
Filling = Callable[[Tensor], Any]

SIREN = next(model for model in ZOO if model.name == "siren")
X = normal(SAMPLES, WIDTH)
Y = indices(10, SAMPLES)


def deep(
    activation: Callable[[], nn.Module],
    fill: Filling | None = None,
    *,
    bias: float = 0.0,
    depth: int = DEPTH,
) -> nn.Sequential:
    """A plain net with a small last layer; torch's default where nothing fills it."""
    layers = [nn.Linear(WIDTH, WIDTH) for _ in range(depth)]
    if fill is not None:
        for layer in layers:
            fill(layer.weight)
            nn.init.constant_(layer.bias, bias)
    hidden = [part for layer in layers for part in (layer, activation())]
    return nn.Sequential(*hidden, nn.Linear(WIDTH, 10))


def std(value: float) -> Filling:
    """Fills by a normal law."""
    return lambda weight: nn.init.normal_(weight, 0, value)


def constant(value: float) -> Filling:
    """Fills by one number."""
    return lambda weight: nn.init.constant_(weight, value)


HE = nn.init.kaiming_normal_


def changed(change: Callable[[nn.Sequential], Any], depth: int = 8) -> Callable[[], nn.Module]:
    """A healthy net with one fault."""

    def make() -> nn.Module:
        net = deep(nn.ReLU, HE, depth=depth)
        with torch.no_grad():
            change(net)
        return net

    return make


def weight(net: nn.Sequential, index: int) -> Tensor:
    """The weight of one layer."""
    found = net[index].weight
    assert isinstance(found, Tensor)
    return found


def set_nan(net: nn.Sequential) -> None:
    weight(net, 6)[3, 4] = math.nan


def repeat_shards(net: nn.Sequential) -> None:
    weight(net, 6).copy_(weight(net, 6)[: WIDTH // 4].repeat(4, 1))


def copy_units(net: nn.Sequential) -> None:
    weight(net, 6)[:30] = weight(net, 6)[40:70]


def leave_unwritten(net: nn.Sequential) -> None:
    """Random bits in place of numbers, as memory that was used before holds them."""
    generator = torch.Generator().manual_seed(1)
    bits = torch.randint(2**31, (WIDTH, WIDTH), generator=generator).to(torch.int32)
    garbage = bits.view(torch.float32)
    weight(net, 6).copy_(torch.where(garbage.abs() < 1e18, garbage, garbage * 1e-30))


def silence(net: nn.Sequential) -> None:
    nn.init.zeros_(weight(net, 6))


def enlarge_head(net: nn.Sequential) -> None:
    weight(net, -1).mul_(50)


class LogOfMap(nn.Module):
    """Takes the logarithm of numbers of both signs."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 10)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.two(torch.log(self.one(x)))
        return out


class Normalised(nn.Module):
    """Divides by the norm of what a layer makes, which starts at zero."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Linear(WIDTH, WIDTH, bias=False), nn.Linear(WIDTH, 10)
        nn.init.zeros_(self.one.weight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.one(x)
        out: Tensor = self.two(x / x.pow(2).mean(-1, keepdim=True).sqrt())
        return out


class Distances(nn.Module):
    """Distances to four anchors that are samples themselves: the root of zero has no derivative."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Linear(WIDTH, WIDTH), nn.Linear(4, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.one(x)
        apart = (x[:, None] - x[None, :4]).square().mean(-1).sqrt()
        out: Tensor = self.two(apart)
        return out


class Adapted(nn.Module):
    """A frozen layer with two factors of rank 4 beside it, both zero."""

    def __init__(self) -> None:
        super().__init__()
        self.base = nn.Linear(WIDTH, WIDTH).requires_grad_(False)  # noqa: FBT003 - torch's own name
        self.a, self.b = nn.Linear(WIDTH, 4, bias=False), nn.Linear(4, WIDTH, bias=False)
        self.head = nn.Linear(WIDTH, 10)
        nn.init.zeros_(self.a.weight)
        nn.init.zeros_(self.b.weight)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(torch.relu(self.base(x) + self.b(self.a(x))))
        return out


class Captioner(nn.Module):
    """A decoder with norms after its sums that reads one vector (Liu et al. 2020, section 3)."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        layer = nn.TransformerDecoderLayer(48, 4, 192, dropout=0.0, batch_first=True)
        self.memory, self.head = nn.Linear(48, 48), nn.Linear(48, 10)
        self.body = nn.TransformerDecoder(layer, depth)
        for parameter in self.body.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, 0, math.sqrt(2 / parameter.shape[1]))

    def forward(self, words: Tensor, image: Tensor) -> Tensor:
        out: Tensor = self.head(self.body(words, self.memory(image)))
        return out


class Peaked(nn.Module):
    """One attention whose queries and keys are far too large."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(64, 4, 256, dropout=0.0, batch_first=True)
        with torch.no_grad():
            self.layer.self_attn.in_proj_weight[:128] *= 30

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.layer(x)
        return out


def half() -> nn.Module:
    """Weights below the least normal number of float16."""
    net = nn.Linear(WIDTH, WIDTH).half()
    nn.init.normal_(net.weight, 0, 1e-5)
    return net


def _plain(name: str, make: Callable[[], nn.Module], *says: str, path: str = "0.weight") -> Case:
    return Case(name, make, X, Y, says, path)


def _code(name: str, make: Callable[[], nn.Module], *says: str, path: str = "") -> Case:
    """A fault that no weights mend."""
    return Case(name, make, X, Y, says, path, mends=False)


PLAIN: tuple[Case, ...] = (
    _plain(
        *("relu-xavier", lambda: deep(nn.ReLU, nn.init.xavier_normal_)),
        *("ISO101", "ISO201", "ISO601"),
    ),
    _plain(
        *("tanh-small", lambda: deep(nn.Tanh, std(0.01))),
        *("ISO101", "ISO201", "ISO601", "ISO303"),
    ),
    _plain(
        *("sigmoid-xavier", lambda: deep(nn.Sigmoid, nn.init.xavier_normal_)),
        *("ISO105", "ISO201", "ISO601", "ISO104"),
        path="20.weight",
    ),
    _plain(
        *("tanh-large", lambda: deep(nn.Tanh, std(1.0))),
        *("ISO202", "ISO302", "ISO601"),
    ),
    _plain(
        *("relu-large", lambda: deep(nn.ReLU, std(3.0 / math.sqrt(WIDTH)))),
        *("ISO102", "ISO202", "ISO501", "ISO502", "ISO601"),
    ),
    _plain("torch-default", lambda: deep(nn.ReLU), "ISO105", "ISO201", "ISO601", path="20.weight"),
    _plain(
        *("dead-relu", lambda: deep(nn.ReLU, HE, bias=-3.0)),
        *("ISO101", "ISO301", "ISO205"),
        path="6.weight",
    ),
)
"""Plain nets, twenty layers deep."""

TENSORS: tuple[Case, ...] = (
    _plain("all-zero", lambda: deep(nn.ReLU, nn.init.zeros_), "ISO403", "ISO101", "ISO301"),
    _plain("one-zero", changed(silence), "ISO403", "ISO101", "ISO301", path="6.weight"),
    _plain(
        *("constant", lambda: deep(nn.ReLU, constant(0.05), depth=8)),
        *("ISO401", "ISO102", "ISO202", "ISO501", "ISO502"),
    ),
    _plain("shards", changed(repeat_shards), "ISO404", path="6.weight"),
    _plain("copied-units", changed(copy_units), "ISO402", path="6.weight"),
    _plain("nan-in-a-weight", changed(set_nan), "ISO103", path="6.weight"),
    _plain("unwritten", changed(leave_unwritten), "ISO605", path="6.weight"),
    _plain("large-head", changed(enlarge_head), "ISO501", "ISO502", path="16.weight"),
    Case(
        *("siren-default", SIREN.build, SIREN.example),
        says=("ISO202", "ISO601"),
        path="layers.0.weight",
    ),
    Case("zero-adapter", Adapted, X, Y, ("ISO406",), "a.weight"),
)
"""Nets with a fault in some tensors."""

BLOCKS: tuple[Case, ...] = (
    Case(
        *("post-norm-decoder", lambda: Captioner(24)),
        together(normal(4, 4, 48), normal(4, 1, 48)),
        indices(10, 4, 4),
        ("ISO201", "ISO405"),
        "body.layers.0",
    ),
    Case("peaked-attention", Peaked, normal(8, 16, 64), says=("ISO106",), path="layer.self_attn"),
    Case(
        *("copied-layers", lambda: nn.TransformerEncoder(Peaked().layer, 2)),
        normal(8, 2, 64),
        says=("ISO405",),
        path="layers.0.self_attn.in_proj_weight",
    ),
)
"""Transformers."""

CODE: tuple[Case, ...] = (
    Case("zero-by-zero", Normalised, X, Y, ("ISO103", "ISO403")),
    _code("logarithm", LogOfMap, "ISO103"),
    _code("root-of-zero", Distances, "ISO203", "ISO104", path="one.weight"),
    Case("half", half, lambda: X().half(), says=("ISO606",), path="weight", mends=False),
)
"""Faults that the forward's own code makes."""

BAD: tuple[Case, ...] = (*PLAIN, *TENSORS, *BLOCKS, *CODE)
