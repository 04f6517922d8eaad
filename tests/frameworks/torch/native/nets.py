"""Hand-written nets, each with one habit of real model code."""

import copy
import math

import numpy as np
import torch
from torch import Tensor, nn


def trunc_normal_(tensor: Tensor, mean: float, std: float, a: float, b: float) -> Tensor:
    """The truncated normal of vision code: a uniform through the inverse error function."""

    def cdf(x: float) -> float:
        return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0

    with torch.no_grad():
        low, high = cdf((a - mean) / std), cdf((b - mean) / std)
        tensor.uniform_(2 * low - 1, 2 * high - 1)
        tensor.erfinv_()
        tensor.mul_(std * math.sqrt(2.0))
        tensor.add_(mean)
        tensor.clamp_(min=a, max=b)
    return tensor


class Raw(nn.Module):
    """Bare parameters made by factory functions and arithmetic."""

    def __init__(self) -> None:
        super().__init__()
        self.shifted = nn.Parameter(torch.randn(16, 32) * 0.3 + 1)
        self.mirrored = nn.Parameter(-2 * torch.rand(300) + 1)
        self.scalar = nn.Parameter(torch.tensor(3.5))
        self.truncated = nn.Parameter(trunc_normal_(torch.empty(64, 64), 0.1, 0.5, -1.0, 1.0))
        self.flat = nn.Parameter(torch.zeros(8))
        nn.init.normal_(self.flat, std=0.0)
        self.transposed = nn.Parameter(torch.empty(30, 20))
        nn.init.xavier_normal_(self.transposed.t())
        self.large = nn.Parameter(torch.full((1200, 1000), 0.5))
        self.empty = nn.Parameter(torch.empty(1, 0, 8))
        self.redrawn = nn.Parameter(torch.ones(400))
        self.redrawn.data.uniform_(-1, 1)


class Patched(nn.Module):
    """Slices that are written over a whole, and wholes that are joined from slices."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(50, 16, padding_idx=3)
        self.lstm = nn.LSTM(8, 12)
        dict(self.lstm.named_parameters())["bias_ih_l0"].data[12:24].fill_(1.0)
        self.gates = nn.Parameter(torch.empty(4 * 16, 16))
        for gate in self.gates.data.chunk(4):
            nn.init.orthogonal_(gate)
        self.heads = nn.Parameter(torch.empty(3, 8, 40))
        for head in self.heads:
            nn.init.normal_(head, std=0.1)
        self.joined = nn.Parameter(torch.cat([torch.randn(10, 30), torch.zeros(10, 2)], dim=1))
        self.stacked = nn.Parameter(torch.stack([torch.randn(5, 5) for _ in range(3)]))
        self.sown = nn.Parameter(torch.zeros(9, 50))
        self.sown.data[2:4].normal_()
        self.halved = nn.Parameter(torch.randn(6, 40))
        self.halved.data[0] = 0.0
        self.halved.data.mul_(0.5)
        self.scaled = nn.Parameter(torch.randn(8, 50))
        self.scaled.data[2:4].mul_(0.1)


class Computed(nn.Module):
    """Values that are functions of draws."""

    def __init__(self) -> None:
        super().__init__()
        step = torch.exp(torch.rand(2000) * (math.log(0.1) - math.log(0.001)) + math.log(0.001))
        step = step.clamp(min=1e-4)
        self.step = nn.Parameter(step + torch.log(-torch.expm1(-step)))
        self.exponential = nn.Parameter(torch.empty(900).exponential_(2.0))
        self.gumbel = nn.Parameter(-torch.log(-torch.log(torch.rand(900).clamp(1e-6, 1 - 1e-6))))
        self.choice = nn.Parameter((torch.rand(1000) < 0.3).float())
        self.coin = nn.Parameter(torch.empty(1000).bernoulli_(0.2))
        self.log_normal = nn.Parameter(torch.empty(900).log_normal_(0.1, 0.3))
        self.cauchy = nn.Parameter(torch.empty(900).cauchy_(1.0, 2.0))
        self.geometric = nn.Parameter(torch.empty(900).geometric_(0.3))
        self.whole = nn.Parameter(torch.randint(-3, 10, (900,)).float())
        self.unit = nn.Parameter(nn.functional.normalize(torch.randn(40, 30), dim=-1))
        self.masked = nn.Parameter(torch.randn(40, 40).tril())
        self.weighted = nn.Parameter(torch.randn(40, 30) * torch.arange(1, 31))
        self.repeated = nn.Parameter(torch.randn(1, 64).expand(8, 64).clone())
        self.mean = nn.Parameter(torch.randn(400, 9).mean(dim=1))


class Known(nn.Module):
    """Buffers and weights that no draw is behind."""

    def __init__(self) -> None:
        super().__init__()
        angles = torch.arange(100).float()[:, None] * torch.exp(torch.arange(8) / 8)
        self.register_buffer("angles", torch.sin(angles))
        self.register_buffer("mask", torch.full((9, 9), -math.inf).triu(1), persistent=False)
        self.register_buffer("array", torch.from_numpy(np.linspace(0, 1, 7)))
        self.register_buffer("ids", torch.arange(40).expand(1, -1))
        self.register_buffer("flags", torch.eye(6, dtype=torch.bool))
        self.eye = nn.Linear(40, 60)
        nn.init.eye_(self.eye.weight)
        self.dirac = nn.Conv1d(6, 8, 3)
        nn.init.dirac_(self.dirac.weight, groups=2)
        self.rows = nn.Linear(4, 4)
        self.rows.weight.data = torch.from_numpy(np.eye(4, dtype=np.float32))
        self.table = nn.Parameter(torch.empty(4, 6))
        for row in range(4):
            self.table.data[row] = row * torch.ones(6)
        self.diagonal = nn.Parameter(torch.zeros(10, 10))
        self.diagonal.data.fill_diagonal_(2.0)


class Conditional(nn.Module):
    """Python code that looks at values, and asks for devices."""

    def __init__(self) -> None:
        super().__init__()
        self.drop = [x.item() for x in torch.linspace(0, 0.2, 3)]
        self.last = nn.Linear(30, 30)
        large = torch.zeros(1500, 1000, device=self.last.weight.device)
        if self.drop[-1] > 0.1 and not bool(large.any()) and large[0, :2].tolist() == [0.0, 0.0]:
            nn.init.zeros_(self.last.weight)
        made = torch.tensor([1.0, 2.0], device=self.last.weight.device)
        self.pair = nn.Parameter(made + torch.from_numpy(large.numpy()[0, :2].copy()))


class Shared(nn.Module):
    """Tied weights and copied layers."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(50, 16)
        self.head = nn.Linear(16, 50, bias=False)
        self.head.weight = self.embedding.weight
        self.first = nn.Linear(16, 16)
        self.second = copy.deepcopy(self.first)


class Library(nn.Module):
    """Functions of torch.nn.init that do nothing without memory."""

    def __init__(self) -> None:
        super().__init__()
        self.orthogonal = nn.Linear(12, 30)
        nn.init.orthogonal_(self.orthogonal.weight, gain=1.7)
        self.sparse = nn.Linear(40, 60)
        nn.init.sparse_(self.sparse.weight, sparsity=0.9, std=0.1)
        self.truncated = nn.Linear(40, 60)
        nn.init.trunc_normal_(self.truncated.weight, std=0.02, a=-0.03, b=0.05)
        self.small = nn.Linear(12, 12)
        nn.init.orthogonal_(self.small.weight)
        self.small.weight.data.mul_(0.1)
        self.halves = nn.Linear(12, 12)
        nn.init.orthogonal_(self.halves.weight[:6])
        nn.init.zeros_(self.halves.weight[6:])


NETS = (Raw, Patched, Computed, Known, Conditional, Shared, Library)
