"""Convolutional nets with a stream and branches, as their papers draw them."""

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from tests.zoo.model import Model, normal


def _unit(a: int, b: int, size: int = 3, *, stride: int = 1, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(a, b, size, stride, size // 2, groups=groups, bias=False), nn.BatchNorm2d(b)
    )


class Basic(nn.Module):
    """Two convolutions and a shortcut (He et al. 2016)."""

    def __init__(self, a: int, b: int, stride: int) -> None:
        super().__init__()
        self.one, self.two = _unit(a, b, stride=stride), _unit(b, b)
        self.short = nn.Identity() if a == b else _unit(a, b, 1, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        y = self.two(fn.relu(self.one(x), inplace=True))
        y += self.short(x)
        return fn.relu(y, inplace=True)


class Bottleneck(nn.Module):
    def __init__(self, a: int, inside: int, b: int) -> None:
        super().__init__()
        self.one, self.two, self.three = (
            _unit(a, inside, 1),
            _unit(inside, inside),
            _unit(inside, b, 1),
        )
        self.short = nn.Identity() if a == b else _unit(a, b, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.three(fn.relu(self.two(fn.relu(self.one(x)))))
        return fn.relu(y + self.short(x))


class PreActivation(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(width), nn.Conv2d(width, width, 3, padding=1)
        self.norm2, self.conv2 = nn.BatchNorm2d(width), nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv1(fn.relu(self.norm1(x)))
        return x + self.conv2(fn.relu(self.norm2(y)))


class SqueezeExcitation(nn.Module):
    """A residual block whose branch is gated by a look at all of it (Hu et al. 2018)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = _unit(width, width)
        self.squeeze, self.excite = nn.Linear(width, 4), nn.Linear(4, width)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        gate = self.excite(fn.relu(self.squeeze(y.mean(dim=(2, 3)))))
        return fn.relu(x + y * gate.sigmoid()[:, :, None, None])


class Inverted(nn.Module):
    def __init__(self, a: int, b: int) -> None:
        super().__init__()
        self.expand, self.project = _unit(a, 4 * a, 1), _unit(4 * a, b, 1)
        self.depthwise = _unit(4 * a, 4 * a, groups=4 * a)
        self.same = a == b

    def forward(self, x: Tensor) -> Tensor:
        y = fn.relu6(self.depthwise(fn.relu6(self.expand(x))))
        y = self.project(y)
        return x + y if self.same else y


class ConvNext(nn.Module):
    """Depthwise, norm over channels, two pointwise maps, a learned scale (Liu et al. 2022)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 4, 4)
        self.deep = nn.ModuleList(nn.Conv2d(16, 16, 7, padding=3, groups=16) for _ in range(2))
        self.norms = nn.ModuleList(nn.LayerNorm(16) for _ in range(3))
        self.wide = nn.ModuleList(nn.Linear(16, 64) for _ in range(2))
        self.back = nn.ModuleList(nn.Linear(64, 16) for _ in range(2))
        self.gains = nn.ParameterList(nn.Parameter(1e-6 * torch.ones(16)) for _ in range(2))
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for i in range(2):
            y = self.norms[i](self.deep[i](x).permute(0, 2, 3, 1))
            y = self.gains[i] * self.back[i](fn.gelu(self.wide[i](y)))
            x = x + y.permute(0, 3, 1, 2)
        return self.head(self.norms[2](x.mean((-2, -1))))


class Shuffle(nn.Module):
    """Grouped convolutions with their channels shuffled in between."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.one = nn.Conv2d(3, 12, 3, 2), nn.Conv2d(12, 12, 1, groups=3)
        self.two, self.three = (
            nn.Conv2d(12, 12, 3, padding=1, groups=12),
            nn.Conv2d(12, 12, 1, groups=3),
        )
        self.norm, self.head = nn.GroupNorm(3, 12), nn.Linear(12, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = fn.hardswish(self.stem(x))
        y = fn.hardswish(self.one(x))
        n, c, h, w = y.shape
        y = y.view(n, 3, c // 3, h, w).transpose(1, 2).reshape(n, c, h, w)
        x = x + self.norm(self.three(self.two(y)))
        return self.head(fn.adaptive_avg_pool2d(x, 1).squeeze(-1).squeeze(-1))


def _stage(*blocks: nn.Module, first: int, last: int) -> nn.Sequential:
    pool = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(last, 4)]
    return nn.Sequential(_unit(3, first), nn.ReLU(), *blocks, *pool)


IMAGES = normal(2, 3, 16, 16)


MODELS = (
    Model(
        "resnet-basic", lambda: _stage(
            Basic(8, 8, 1), Basic(8, 16, 2), Basic(16, 16, 1), first=8, last=16), IMAGES,
        """
        0.0.weight          conv    input    norm    -
        [234].one.0.weight  conv    relu     norm    B
        [234].two.0.weight  conv    relu     norm    T
        3.short.0.weight    conv    relu     norm    S2/3
        7.weight            linear  pooling  output  -
        """,
        (3,),
    ),
    Model(
        "resnet-bottleneck", lambda: _stage(
            Bottleneck(8, 4, 16), Bottleneck(16, 4, 16), first=8, last=16), IMAGES,
        """
        0.0.weight               conv    input    norm    -
        [23].(one|two).0.weight  conv    relu     norm    B
        [23].three.0.weight      conv    relu     norm    T
        2.short.0.weight         conv    relu     norm    S1/2
        6.weight                 linear  pooling  output  -
        """,
        (2,),
    ),
    Model(
        "resnet-preactivation", lambda: nn.Sequential(
            nn.Conv2d(3, 8, 3), PreActivation(8), PreActivation(8), PreActivation(8),
            nn.AvgPool2d(14), nn.Flatten(), nn.Linear(8, 4)), IMAGES,
        """
        0.weight            conv    input    join+norm  -
        [123].conv1.weight  conv    relu     norm       B
        [123].conv2.weight  conv    relu     join       T
        6.weight            linear  pooling  output     -
        """,
        (3,),
    ),
    Model(
        "squeeze-excitation", lambda: _stage(
            SqueezeExcitation(8), SqueezeExcitation(8), first=8, last=8), IMAGES,
        """
        0.0.weight           conv    input      norm     -
        [23].conv.0.weight   conv    relu       norm     T
        [23].squeeze.weight  linear  reduction  relu     B
        [23].excite.weight   linear  relu       sigmoid  B
        6.weight             linear  pooling    output   -
        """,
        (2,),
    ),
    Model(
        "mobilenet", lambda: _stage(
            Inverted(8, 8), Inverted(8, 12), Inverted(12, 12), first=8, last=12), IMAGES,
        """
        0.0.weight                     conv    input      norm     -
        2.expand.0.weight              conv    relu       norm     B1/1
        3.expand.0.weight              conv    join       norm     -
        4.expand.0.weight              conv    norm       norm     B1/1
        [24].depthwise.0.weight        conv    relu6      norm     B
        3.depthwise.0.weight           conv    relu6      norm     -
        [24].project.0.weight          conv    relu6      norm     T1/1
        3.project.0.weight             conv    relu6      norm     -
        7.weight                       linear  pooling    output   -
        """,
        (1, 1),
    ),
    Model(
        "convnext", ConvNext, IMAGES,
        """
        stem.weight      conv    input      conv+join  -
        deep.0.weight    conv    conv       norm       B1/2
        deep.1.weight    conv    join       norm       B2/2
        wide.\\d.weight  linear  norm       gelu       B
        back.\\d.weight  linear  gelu       join       T
        head.weight      linear  norm       output     -
        """,
        (2,),
    ),
    Model(
        "shuffle", Shuffle, IMAGES,
        """
        stem.weight   conv    input      hardswish  -
        one.weight    conv    hardswish  hardswish  B1/1
        two.weight    conv    hardswish  conv       B1/1
        three.weight  conv    conv       norm       T1/1
        head.weight   linear  pooling    output     -
        """,
        (1,),
    ),
)  # fmt: skip
