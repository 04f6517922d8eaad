"""Starts of plain and convolutional nets that train well, and our own starts of deep ones."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

import isometry as iso
from tests.findings.case import Case
from tests.zoo.model import indices, normal

IMAGES, LABELS = normal(32, 3, 32, 32), indices(10, 32)
X, Y = normal(64, 64), indices(10, 64)
Maker = Callable[[], nn.Module]


def stack(activation: Maker, depth: int, width: int = 64) -> nn.Sequential:
    """Linear layers with one activation, and a last layer of ten outputs."""
    hidden = [part for _ in range(depth) for part in (nn.Linear(width, width), activation())]
    return nn.Sequential(*hidden, nn.Linear(width, 10))


def started(make: Maker, recipe: str, batch: Callable[[], Any] = X) -> Maker:
    """The same under one of our recipes."""

    def build() -> nn.Module:
        model = make()
        iso.initialize(model, batch(), recipe=recipe, seed=0)
        return model

    return build


def he(model: nn.Module) -> nn.Module:
    """He's normal law by hand, a small last layer, biases zero."""
    maps = [one for one in model.modules() if isinstance(one, nn.Linear | nn.Conv2d)]
    for one in maps:
        nn.init.kaiming_normal_(one.weight)
        if one.bias is not None:
            nn.init.zeros_(one.bias)
    nn.init.normal_(maps[-1].weight, 0, 0.01)
    return model


def vgg(*, norm: bool) -> nn.Sequential:
    """Eight convolutions in four stages (Simonyan & Zisserman 2015), narrow."""
    parts: list[nn.Module] = []
    for a, b, pools in (
        (3, 32, 0),
        (32, 32, 1),
        (32, 64, 0),
        (64, 64, 1),
        (64, 128, 0),
        (128, 128, 1),
    ):
        parts += [nn.Conv2d(a, b, 3, padding=1), *([nn.BatchNorm2d(b)] if norm else []), nn.ReLU()]
        parts += [nn.MaxPool2d(2)] if pools else []
    return nn.Sequential(*parts, nn.Flatten(), nn.Linear(2048, 128), nn.ReLU(), nn.Linear(128, 10))


class Bottom(nn.Module):
    """A residual block of two convolutions with norms (He et al. 2016)."""

    def __init__(self, a: int, b: int, stride: int, *, last_zero: bool) -> None:
        super().__init__()
        self.one = nn.Conv2d(a, b, 3, stride, 1, bias=False)
        self.two = nn.Conv2d(b, b, 3, 1, 1, bias=False)
        self.first, self.second = nn.BatchNorm2d(b), nn.BatchNorm2d(b)
        self.short = nn.Identity() if a == b else nn.Conv2d(a, b, 1, stride, bias=False)
        for one in (self.one, self.two):
            nn.init.kaiming_normal_(one.weight, mode="fan_out", nonlinearity="relu")
        if last_zero:
            nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(self.two(fn.relu(self.first(self.one(x)))))
        return fn.relu(y + self.short(x))


def resnet(*, last_zero: bool = False) -> nn.Sequential:
    """ResNet-18's plan for small images, a quarter as wide."""
    sizes = ((16, 16, 1), (16, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1))
    blocks = [Bottom(a, b, stride, last_zero=last_zero) for a, b, stride in sizes]
    stem = (nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class Dense(nn.Module):
    """A block whose layers read all that came before (Huang et al. 2017)."""

    def __init__(self, inputs: int, growth: int, depth: int) -> None:
        super().__init__()
        sizes = [inputs + growth * i for i in range(depth)]
        self.norms = nn.ModuleList([nn.BatchNorm2d(size) for size in sizes])
        self.maps = nn.ModuleList(
            [nn.Conv2d(size, growth, 3, padding=1, bias=False) for size in sizes]
        )

    def forward(self, x: Tensor) -> Tensor:
        for norm, one in zip(self.norms, self.maps, strict=True):
            x = torch.cat([x, one(fn.relu(norm(x)))], 1)
        return x


def densenet() -> nn.Sequential:
    return nn.Sequential(
        *(nn.Conv2d(3, 24, 3, padding=1, bias=False), Dense(24, 12, 6)),
        *(nn.BatchNorm2d(96), nn.ReLU(), nn.Conv2d(96, 48, 1, bias=False), nn.AvgPool2d(2)),
        *(Dense(48, 12, 6), nn.BatchNorm2d(120), nn.ReLU()),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(120, 10)),
    )


class UNet(nn.Module):
    """Two levels down and up with norms (Ronneberger et al. 2015)."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList([_double(3, 16), _double(16, 32)])
        self.middle = _double(32, 64)
        self.wider = nn.ModuleList(
            [nn.ConvTranspose2d(64, 32, 2, 2), nn.ConvTranspose2d(32, 16, 2, 2)]
        )
        self.up = nn.ModuleList([_double(64, 32), _double(32, 16)])
        self.head = nn.Conv2d(16, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        kept = []
        for one in self.down:
            x = one(x)
            kept.append(x)
            x = fn.max_pool2d(x, 2)
        x = self.middle(x)
        for wider, one in zip(self.wider, self.up, strict=True):
            x = one(torch.cat([wider(x), kept.pop()], 1))
        out: Tensor = self.head(x)
        return out


def _double(a: int, b: int) -> nn.Sequential:
    parts = [
        (nn.Conv2d(i, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU()) for i in (a, b)
    ]
    return nn.Sequential(*(part for three in parts for part in three))


def mobile() -> nn.Sequential:
    """Inverted bottlenecks without their sums (Sandler et al. 2018)."""
    parts: list[nn.Module] = [nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU6()]
    for a, b in ((16, 24), (24, 32), (32, 48)):
        wide = 4 * a
        parts += [nn.Conv2d(a, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU6()]
        parts += [nn.Conv2d(wide, wide, 3, 1, 1, groups=wide, bias=False), nn.BatchNorm2d(wide)]
        parts += [nn.ReLU6(), nn.Conv2d(wide, b, 1, bias=False), nn.BatchNorm2d(b)]
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(48, 10))


def dcgan(model: nn.Module) -> nn.Module:
    """N(0, 0.02), norms' scales N(1, 0.02) (Radford et al. 2016)."""
    for one in model.modules():
        if isinstance(one, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(one.weight, 0.0, 0.02)
        if isinstance(one, nn.BatchNorm2d):
            nn.init.normal_(one.weight, 1.0, 0.02)
    return model


def generator() -> nn.Module:
    parts: list[nn.Module] = []
    for a, b, stride in ((100, 128, 1), (128, 64, 2), (64, 32, 2)):
        parts += [nn.ConvTranspose2d(a, b, 4, stride, stride // 2, bias=False), nn.BatchNorm2d(b)]
        parts += [nn.ReLU()]
    return dcgan(nn.Sequential(*parts, nn.ConvTranspose2d(32, 3, 4, 2, 1, bias=False), nn.Tanh()))


def discriminator() -> nn.Module:
    return dcgan(
        nn.Sequential(
            *(nn.Conv2d(3, 32, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)),
            *(nn.Conv2d(32, 64, 4, 2, 1, bias=False), nn.BatchNorm2d(64), nn.LeakyReLU(0.2)),
            *(nn.Conv2d(64, 128, 4, 2, 1, bias=False), nn.BatchNorm2d(128), nn.LeakyReLU(0.2)),
            *(nn.Conv2d(128, 1, 4, bias=False), nn.Flatten()),
        )
    )


class Recurrent(nn.Module):
    """A table, a recurrent layer of torch's default, a head on its last state."""

    def __init__(self, kind: type[nn.LSTM] | type[nn.GRU]) -> None:
        super().__init__()
        self.table, self.head = nn.Embedding(100, 32), nn.Linear(64, 10)
        self.body = kind(32, 64, num_layers=2, batch_first=True)

    def forward(self, words: Tensor) -> Tensor:
        out: Tensor = self.head(self.body(self.table(words))[0][:, -1])
        return out


class Residual(nn.Module):
    """Residual branches of two layers without a norm."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([_branch() for _ in range(depth)])
        self.head = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = x + block(x)
        out: Tensor = self.head(x)
        return out


def _branch() -> nn.Sequential:
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64))


class Sine(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.sin(30 * x)


def siren() -> nn.Module:
    """Sitzmann et al. 2020, section 3.2."""
    layers = [nn.Linear(2, 64), *(nn.Linear(64, 64) for _ in range(3))]
    head = nn.Linear(64, 3)
    nn.init.uniform_(layers[0].weight, -1 / 2, 1 / 2)
    for one in (*layers[1:], head):
        bound = math.sqrt(6 / 64) / 30
        nn.init.uniform_(one.weight, -bound, bound)
    return nn.Sequential(*(part for layer in layers for part in (layer, Sine())), head)


def _net(name: str, make: Maker, *, why: str = "", says: tuple[str, ...] = ()) -> Case:
    return Case(name, make, X, Y, says, why=why)


def _image(name: str, make: Maker) -> Case:
    return Case(name, make, IMAGES, LABELS)


PLAIN: tuple[Case, ...] = (
    _net("mlp, torch's default", lambda: stack(nn.ReLU, 2)),
    _net("mlp, He", lambda: he(stack(nn.ReLU, 20))),
    _net("mlp, tanh, Glorot", started(lambda: stack(nn.Tanh, 10), "xavier")),
    _net("self-normalizing mlp", started(lambda: stack(nn.SELU, 20), "lecun")),
    _net("auto, 50 sigmoid", started(lambda: stack(nn.Sigmoid, 50), "auto")),
    _net("auto, 50 tanh", started(lambda: stack(nn.Tanh, 50), "auto")),
    _net("auto, 50 relu", started(lambda: stack(nn.ReLU, 50), "auto")),
    _net("auto, 50 gelu", started(lambda: stack(nn.GELU, 50), "auto")),
    _net("orthogonal, 30 tanh", started(lambda: stack(nn.Tanh, 30), "orthogonal")),
    _net("he, 30 relu", started(lambda: stack(nn.ReLU, 30), "he")),
    _net("fixup, 16 branches", started(lambda: Residual(16), "fixup")),
    _net("auto, 16 branches", started(lambda: Residual(16), "auto")),
    Case("siren", siren, normal(64, 2)),
)
"""Plain and residual stacks."""

IMAGES_NETS: tuple[Case, ...] = (
    _image("vgg, norms", lambda: vgg(norm=True)),
    _image("vgg, He", lambda: he(vgg(norm=False))),
    _image("resnet", resnet),
    _image("resnet, last scales zero", lambda: resnet(last_zero=True)),
    _image("densenet", densenet),
    Case("unet", UNet, IMAGES),
    _image("mobilenet", mobile),
    Case("dcgan generator", generator, normal(32, 100, 1, 1)),
    Case("dcgan discriminator", discriminator, IMAGES),
)
"""Convolutional nets."""

SEQUENCES: tuple[Case, ...] = (
    Case("lstm", lambda: Recurrent(nn.LSTM), indices(100, 32, 12), indices(10, 32)),
    Case("gru", lambda: Recurrent(nn.GRU), indices(100, 32, 12), indices(10, 32)),
)
"""Recurrent nets."""
