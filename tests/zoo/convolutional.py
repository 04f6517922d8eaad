"""Convolutional nets without a stream."""

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from tests.zoo.model import Model, normal


def _unit(a: int, b: int, size: int = 3, *, stride: int = 1, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(a, b, size, stride, size // 2, groups=groups, bias=False), nn.BatchNorm2d(b)
    )


class Dense(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.norms = nn.ModuleList(nn.BatchNorm2d(8 + 4 * i) for i in range(3))
        self.convs = nn.ModuleList(nn.Conv2d(8 + 4 * i, 4, 3, padding=1) for i in range(3))
        self.head = nn.Linear(20, 4)

    def forward(self, x: Tensor) -> Tensor:
        parts = [self.stem(x)]
        for norm, conv in zip(self.norms, self.convs, strict=True):
            parts.append(conv(fn.relu(norm(torch.cat(parts, 1)))))
        return self.head(fn.adaptive_avg_pool2d(torch.cat(parts, 1), 1).flatten(1))


class Unet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)
        self.middle = nn.Conv2d(16, 16, 3, padding=1)
        self.up2, self.merge2 = nn.ConvTranspose2d(16, 16, 2, 2), nn.Conv2d(32, 8, 3, padding=1)
        self.up1, self.merge1 = nn.ConvTranspose2d(8, 8, 2, 2), nn.Conv2d(16, 8, 3, padding=1)
        self.out = nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        one = fn.relu(self.down1(x))
        two = fn.relu(self.down2(fn.max_pool2d(one, 2)))
        y = fn.relu(self.middle(fn.max_pool2d(two, 2)))
        y = fn.relu(self.merge2(torch.cat([self.up2(y), two], 1)))
        y = fn.relu(self.merge1(torch.cat([self.up1(y), one], 1)))
        return self.out(y)


class Inception(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.one, self.pooled = nn.Conv2d(8, 4, 1), nn.Conv2d(8, 4, 1)
        self.small, self.three = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 4, 3, padding=1)
        self.head = nn.Conv2d(12, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = fn.relu(self.stem(x))
        ways = [
            self.one(x),
            self.three(fn.relu(self.small(x))),
            self.pooled(fn.avg_pool2d(x, 3, 1, 1)),
        ]
        return self.head(fn.relu(torch.cat(ways, 1))).amax(dim=(2, 3))


IMAGES = normal(2, 3, 16, 16)


MODELS = (
    Model(
        "lenet", lambda: nn.Sequential(
            nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(),
            nn.AvgPool2d(2), nn.Flatten(), nn.Linear(256, 120), nn.Tanh(), nn.Linear(120, 10)),
        normal(2, 1, 28, 28),
        """
        0.weight  conv    input    tanh    -
        3.weight  conv    pooling  tanh    -
        7.weight  linear  pooling  tanh    -
        9.weight  linear  tanh     output  -
        """,
    ),
    Model(
        "vgg", lambda: nn.Sequential(
            _unit(3, 8), nn.ReLU(inplace=True), nn.MaxPool2d(2), _unit(8, 16),
            nn.ReLU(inplace=True), _unit(16, 16), nn.ReLU(inplace=True), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(256, 16), nn.ReLU(inplace=True), nn.Dropout(),
            nn.Linear(16, 10)),
        IMAGES,
        """
        0.0.weight  conv    input    norm    -
        3.0.weight  conv    pooling  norm    -
        5.0.weight  conv    relu     norm    -
        9.weight    linear  pooling  relu    -
        12.weight   linear  relu     output  -
        """,
    ),
    Model(
        "densenet", Dense, IMAGES,
        """
        stem.weight      conv    input    norm+pooling  -
        convs.[01].weight  conv  relu     norm+pooling  -
        convs.2.weight   conv    relu     pooling       -
        head.weight      linear  pooling  output        -
        """,
    ),
    Model(
        "unet", Unet, IMAGES,
        """
        down1.weight   conv            input                 relu    -
        down2.weight   conv            pooling               relu    -
        middle.weight  conv            pooling               relu    -
        up2.weight     conv_transpose  relu                  conv    -
        up1.weight     conv_transpose  relu                  conv    -
        merge[12].weight  conv         conv_transpose+relu   relu    -
        out.weight     conv            relu                  output  -
        """,
    ),
    Model(
        "inception", Inception, IMAGES,
        """
        stem.weight    conv  input    relu       -
        one.weight     conv  relu     relu       -
        small.weight   conv  relu     relu       -
        three.weight   conv  relu     relu       -
        pooled.weight  conv  pooling  relu       -
        head.weight    conv  relu     reduction  -
        """,
    ),
    Model(
        "atrous", lambda: nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=2, dilation=2), nn.InstanceNorm2d(8, affine=True), nn.ELU(),
            nn.Conv2d(8, 8, 3, stride=2, padding=4, dilation=4), nn.Softsign(),
            nn.Upsample(scale_factor=2), nn.Conv2d(8, 2, (1, 3))), IMAGES,
        """
        0.weight  conv  input     norm      -
        3.weight  conv  elu       softsign  -
        6.weight  conv  softsign  output    -
        """,
    ),
    Model(
        "volumes", lambda: nn.Sequential(
            nn.Conv3d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool3d(2), nn.Conv3d(4, 8, 3, stride=2),
            nn.ReLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(8, 2)),
        normal(2, 2, 8, 8, 8),
        """
        0.weight  conv    input    relu     -
        3.weight  conv    pooling  relu     -
        7.weight  linear  pooling  output   -
        """,
    ),
)  # fmt: skip
