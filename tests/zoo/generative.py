"""Nets that make signals: adversaries, autoencoders, nets for sound."""

import torch
from torch import Tensor, nn
from torch.nn import functional as fn
from torch.nn.utils import parametrizations

from tests.zoo.model import Model, indices, normal


class Variational(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encode = nn.Linear(12, 16)
        self.mean, self.log_variance = nn.Linear(16, 3), nn.Linear(16, 3)
        self.decode, self.out = nn.Linear(3, 16), nn.Linear(16, 12)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h = fn.relu(self.encode(x))
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        return torch.sigmoid(self.out(fn.relu(self.decode(z)))), mean, log_variance


class Temporal(nn.Module):
    """Two causal convolutions a block, padded and cut (Bai et al. 2018)."""

    def __init__(self, a: int, b: int, dilation: int) -> None:
        super().__init__()
        norm, self.cut = parametrizations.weight_norm, 2 * dilation
        self.one = norm(nn.Conv1d(a, b, 3, padding=self.cut, dilation=dilation))
        self.two = norm(nn.Conv1d(b, b, 3, padding=self.cut, dilation=dilation))
        self.short = nn.Conv1d(a, b, 1) if a != b else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        y = fn.relu(self.one(x)[:, :, : -self.cut])
        y = fn.relu(self.two(y)[:, :, : -self.cut])
        return fn.relu(y + self.short(x))


class Wavenet(nn.Module):
    """Gated dilated convolutions whose skips are summed (van den Oord et al. 2016)."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(1, 8, 1)
        dilations = (1, 2, 4)
        self.filters = nn.ModuleList(nn.Conv1d(8, 8, 2, padding=d, dilation=d) for d in dilations)
        self.gates = nn.ModuleList(nn.Conv1d(8, 8, 2, padding=d, dilation=d) for d in dilations)
        self.streams = nn.ModuleList(nn.Conv1d(8, 8, 1) for _ in dilations)
        self.skips = nn.ModuleList(nn.Conv1d(8, 16, 1) for _ in dilations)
        self.end1, self.end2 = nn.Conv1d(16, 16, 1), nn.Conv1d(16, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        total = torch.zeros(1)
        for filter_, gate, stream, skip in zip(
            self.filters, self.gates, self.streams, self.skips, strict=True
        ):
            y = torch.tanh(filter_(x)) * torch.sigmoid(gate(x))
            y = y[:, :, : x.shape[-1]]
            total = total + skip(y)
            x = x + stream(y)
        return self.end2(fn.relu(self.end1(fn.relu(total))))


class TextConvolution(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(30, 8)
        self.convs = nn.ModuleList(nn.Conv1d(8, 6, size) for size in (2, 3, 4))
        self.out = nn.Linear(18, 2)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.words(ids).transpose(1, 2)
        return self.out(torch.cat([fn.relu(conv(x)).max(dim=2).values for conv in self.convs], 1))


class GatedConvolution(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(30, 8)
        self.convs = nn.ModuleList(nn.Conv1d(8, 16, 3, padding=1) for _ in range(2))
        self.out = nn.Linear(8, 30)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.words(ids).transpose(1, 2)
        for conv in self.convs:
            x = x + fn.glu(conv(x), dim=1)
        return self.out(x.transpose(1, 2))


class Generator(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.seed = nn.Linear(6, 8 * 16)
        self.up1, self.up2 = nn.ConvTranspose2d(8, 8, 4, 2, 1), nn.ConvTranspose2d(8, 3, 4, 2, 1)
        self.norm0, self.norm1 = nn.BatchNorm2d(8), nn.BatchNorm2d(8)

    def forward(self, z: Tensor) -> Tensor:
        x = fn.relu(self.norm0(self.seed(z).view(-1, 8, 4, 4)))
        return torch.tanh(self.up2(fn.relu(self.norm1(self.up1(x)))))


class Pixels(nn.Module):
    """Upsampling by moving channels into space."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 12, 3, padding=1)
        self.body = nn.ModuleList(nn.Conv2d(8, 8, 3, padding=1) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for one, two in zip(self.body[::2], self.body[1::2], strict=True):
            x = x + 0.1 * two(fn.relu(one(x)))
        return fn.pixel_shuffle(self.last(x), 2)


def _discriminator() -> nn.Module:
    norm = parametrizations.spectral_norm
    return nn.Sequential(
        norm(nn.Conv2d(3, 8, 4, 2, 1)), nn.LeakyReLU(0.2, inplace=True),
        norm(nn.Conv2d(8, 16, 4, 2, 1)), nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(16, 1, 4), nn.Flatten(),
    )  # fmt: skip


MODELS = (
    Model(
        "generator", Generator, normal(2, 6),
        """
        seed.weight  linear          input  norm  -
        up1.weight   conv_transpose  relu   norm  -
        up2.weight   conv_transpose  relu   tanh  -
        """,
    ),
    Model(
        "discriminator", _discriminator, normal(2, 3, 16, 16),
        """
        0.parametrizations.weight.original  conv  input            leaky_relu(0.2)  -  48>32
        2.parametrizations.weight.original  conv  leaky_relu(0.2)  leaky_relu(0.2)  -  128>64
        4.weight                            conv  leaky_relu(0.2)  output           -
        """,
    ),
    Model(
        "autoencoder", lambda: nn.Sequential(
            nn.Conv2d(1, 4, 3, 2, 1), nn.ELU(), nn.Conv2d(4, 8, 3, 2, 1), nn.ELU(),
            nn.ConvTranspose2d(8, 4, 2, 2), nn.ELU(), nn.ConvTranspose2d(4, 1, 2, 2), nn.Sigmoid()),
        normal(2, 1, 8, 8),
        """
        0.weight  conv            input  elu      -
        2.weight  conv            elu    elu      -
        4.weight  conv_transpose  elu    elu      -
        6.weight  conv_transpose  elu    sigmoid  -
        """,
    ),
    Model(
        "variational", Variational, normal(4, 12),
        """
        encode.weight        linear  input  relu        -
        mean.weight          linear  relu   add+output  -
        log_variance.weight  linear  relu   exp+output  -
        decode.weight        linear  add    relu        -
        out.weight           linear  relu   sigmoid     -
        """,
    ),
    Model(
        "temporal", lambda: nn.Sequential(Temporal(2, 8, 1), Temporal(8, 8, 2), nn.Conv1d(8, 2, 1)),
        normal(2, 2, 12),
        """
        0.one.parametrizations.weight.original\\d      conv  input  relu  B  6>24
        0.two.parametrizations.weight.original\\d      conv  relu   relu  B  24>24
        1.(one|two).parametrizations.weight.original\\d conv relu   relu  B  24>24
        0.short.weight                                 conv  input  join  S1/2
        2.weight                                       conv  relu   output -
        """,
        (2,),
    ),
    Model(
        "wavenet", Wavenet, normal(2, 1, 16),
        """
        first.weight           conv  input      conv+join  -
        filters.0.weight       conv  conv       tanh       B1/3
        gates.0.weight         conv  conv       sigmoid    B1/3
        filters.[12].weight    conv  join       tanh       B
        gates.[12].weight      conv  join       sigmoid    B
        streams.\\d.weight     conv  gate       join       T
        skips.\\d.weight       conv  gate       add        -
        end1.weight            conv  relu       relu       -
        end2.weight            conv  relu       output     -
        """,
        (3,),
    ),
    Model(
        "text-convolution", TextConvolution, indices(30, 2, 9),
        """
        words.weight      embedding  index      conv       -
        convs.\\d.weight  conv       embedding  relu       -
        out.weight        linear     reduction  output     -
        """,
    ),
    Model(
        "gated-convolution", GatedConvolution, indices(30, 2, 9),
        """
        words.weight    embedding  index      conv+join  -
        convs.0.weight  conv       embedding  gate       T1/2
        convs.1.weight  conv       join       gate       T2/2
        out.weight      linear     join       output     -
        """,
        (2,),
    ),
    Model(
        "upscaler", Pixels, normal(2, 3, 8, 8),
        """
        first.weight       conv  input  conv+join  -
        body.0.weight      conv  conv   relu       B1/2
        body.2.weight      conv  join   relu       B2/2
        body.[13].weight   conv  relu   join       T
        last.weight        conv  join   output     -
        """,
        (2,),
    ),
)  # fmt: skip
