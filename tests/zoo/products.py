"""Nets that multiply, choose or compare what their maps make."""

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from tests.zoo.model import Model, normal, together


class Highway(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.change = nn.ModuleList(nn.Linear(16, 16) for _ in range(2))
        self.carry = nn.ModuleList(nn.Linear(16, 16) for _ in range(2))
        self.out = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        for change, carry in zip(self.change, self.carry, strict=True):
            t = torch.sigmoid(carry(x))
            x = t * torch.relu(change(x)) + (1 - t) * x
        return self.out(x)


class Maxout(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.out = nn.Linear(8, 16), nn.Linear(8, 16), nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.maximum(self.a(x), self.b(x)))


class Bilinear(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.pair, self.out = nn.Bilinear(6, 5, 16), nn.Linear(16, 2)

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return self.out(fn.elu(self.pair(a, b)))


class Hyper(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hyper = nn.Linear(3, 8 * 16)
        self.out = nn.Linear(16, 2)

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        weight = self.hyper(z).view(16, 8)
        return self.out(torch.relu(fn.linear(x, weight)))


class Film(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body, self.scale, self.shift = nn.Linear(8, 16), nn.Linear(3, 16), nn.Linear(3, 16)
        self.out = nn.Linear(16, 2)

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        return self.out(fn.relu(self.body(x) * self.scale(z) + self.shift(z)))


class Experts(nn.Module):
    """Two experts of four for each token, looked up one expert after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.router = nn.Linear(8, 4)
        self.up = nn.ModuleList(nn.Linear(8, 16) for _ in range(4))
        self.down = nn.ModuleList(nn.Linear(16, 8) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        weights, chosen = torch.topk(self.router(x).softmax(-1), 2)
        out = torch.zeros_like(x)
        for expert in range(4):
            rows, slots = torch.nonzero(chosen == expert, as_tuple=True)
            y = self.down[expert](fn.silu(self.up[expert](x[rows])))
            out.index_add_(0, rows, y * weights[rows, slots, None])
        return out


class Siamese(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.twin = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 16))
        self.out = nn.Linear(16, 1)

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return self.out(torch.abs(self.twin(a) - self.twin(b)))


class GraphNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.w1, self.w2 = nn.Parameter(torch.randn(8, 16)), nn.Parameter(torch.randn(16, 4))

    def forward(self, x: Tensor, links: Tensor) -> Tensor:
        x = torch.relu(links @ (x @ self.w1))
        return links @ (x @ self.w2)


MODELS = (
    Model(
        "highway", Highway, normal(4, 16),
        """
        change.0.weight  linear  input  relu     -
        carry.0.weight   linear  input  sigmoid  -
        change.1.weight  linear  add    relu     -
        carry.1.weight   linear  add    sigmoid  -
        out.weight       linear  add    output   -
        """,
    ),
    Model(
        "maxout", Maxout, normal(4, 8),
        """
        [ab].weight  linear  input    maximum  -
        out.weight   linear  maximum  output   -
        """,
    ),
    Model(
        "bilinear", Bilinear, together(normal(4, 6), normal(4, 5, seed=1)),
        """
        pair.weight  bilinear  input  elu     -
        out.weight   linear    elu    output  -
        """,
    ),
    Model(
        "hypernetwork", Hyper, together(normal(4, 8), normal(3, seed=1)),
        """
        hyper.weight  linear  input  contraction  -
        out.weight    linear  relu   output       -
        """,
    ),
    Model(
        "film", Film, together(normal(4, 8), normal(4, 3, seed=1)),
        """
        (body|scale).weight  linear  input  gate    -
        shift.weight         linear  input  add     -
        out.weight           linear  relu   output  -
        """,
    ),
    Model(
        "experts", Experts, normal(12, 8),
        """
        router.weight    linear  input  softmax  -
        up.\\d.weight    linear  input  silu     -
        down.\\d.weight  linear  silu   gate     -
        """,
    ),
    Model(
        "siamese", Siamese, together(normal(4, 8), normal(4, 8, seed=1)),
        """
        twin.0.weight  linear  input  relu    -  x2
        twin.2.weight  linear  relu   add     -  x2
        out.weight     linear  abs    output  -
        """,
    ),
    Model(
        "graph-convolution", GraphNet, together(normal(5, 8), normal(5, 5, seed=1)),
        """
        w1  matmul  input  attention  -  8>16
        w2  matmul  relu   attention  -  16>4
        """,
    ),
)  # fmt: skip
