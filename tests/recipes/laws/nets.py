"""Nets small enough for a law to be measured on, with the demands of a recipe built in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

import isometry as iso
from isometry import plans, recipes
from isometry.frameworks.torch import describe

Norm = Literal["after", "before", ""]


def drawn(*shape: int, seed: int = 0) -> Tensor:
    """Standard normal numbers, the same every time."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def planned(
    net: nn.Module, example: Tensor, recipe: recipes.Recipe | str, **options: float
) -> plans.Plan:
    """The plan of a recipe with options, applied to a net."""
    chosen = recipe
    if options and isinstance(recipe, str):
        described = plans_of(net, example)
        chosen = recipes.recipe(recipe, described, **options)
    plan = iso.plan(net, example, recipe=chosen)
    iso.apply(plan, net, seed=0)
    return plan


def weight(net: nn.Module, path: str) -> Tensor:
    """The values of one parameter."""
    return net.get_parameter(path).detach()


def stream(net: "Residual", x: Tensor) -> Tensor:
    """What the blocks of a residual net make of a stream."""
    with torch.no_grad():
        return net.body(x)


def stepped(net: nn.Module, loss: Tensor, rate: float) -> None:
    """One step of gradient descent."""
    parameters = list(net.parameters())
    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.sub_(rate * gradient)


def plans_of(net: nn.Module, example: Tensor) -> tuple[iso.parameters.Parameter, ...]:
    """The tensors of a net, with what its graph shows."""
    return iso.graphs.surrounded(describe(net), iso.graph(net, example))


class Residual(nn.Module):
    """``x + second(relu(first(x)))``, many times, without norms."""

    def __init__(
        self, blocks: int, width: int = 32, *, gains: bool = False, share: float = 1.0
    ) -> None:
        super().__init__()
        self.enter = nn.Linear(8, width, bias=False)
        self.first, self.second = (
            nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(blocks))
            for _ in range(2)
        )
        self.gains = nn.ParameterList(nn.Parameter(torch.ones(())) for _ in range(blocks * gains))
        self.head = nn.Linear(width, 4, bias=False)
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.head(self.body(self.enter(x)))
        return made

    def body(self, x: Tensor) -> Tensor:
        """The stream after all blocks."""
        for place, (first, second) in enumerate(zip(self.first, self.second, strict=True)):
            y = second(fn.relu(first(x))) * self.share
            x = x + (y * self.gains[place] if self.gains else y)
        return x


class Block(nn.Module):
    """Attention of one head and a feed-forward, four times as wide."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(width, width, bias=False) for _ in range(4))
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)

    def attend(self, x: Tensor) -> Tensor:
        made: Tensor = self.o(fn.scaled_dot_product_attention(self.q(x), self.k(x), self.v(x)))
        return made

    def feed(self, x: Tensor) -> Tensor:
        made: Tensor = self.down(fn.relu(self.up(x)))
        return made


@dataclass
class Factors:
    """What a plan demands of a stream: a factor on it and on the branch, at each sum."""

    stream: list[float] = field(default_factory=list)
    branch: list[float] = field(default_factory=list)


class Transformer(nn.Module):
    """Tokens, places, one segment; blocks with the norm where it is asked for."""

    def __init__(self, blocks: int, width: int = 32, *, norm: Norm = "after") -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(64, width), nn.Embedding(256, width)
        self.segments = nn.Embedding(1, width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(blocks))
        self.head = nn.Linear(width, 64, bias=False)
        self.norm: Norm = norm
        self.factors = Factors([1.0] * 2 * blocks, [1.0] * 2 * blocks)
        self.trace: list[Tensor] = []
        self.sums: list[tuple[Tensor, Tensor]] = []

    def forward(self, ids: Tensor) -> Tensor:
        made: Tensor = self.head(self.body(self.entered(ids)))
        return made

    def entered(self, ids: Tensor) -> Tensor:
        """The sum of the embeddings."""
        places = torch.arange(ids.shape[1])
        words: Tensor = self.words(ids)
        segments: Tensor = self.segments(torch.zeros_like(ids))
        order: Tensor = self.places(places)
        return words + order + segments

    def body(self, x: Tensor) -> Tensor:
        """The stream after all blocks; what it was on the way is kept in ``trace``."""
        self.trace, self.sums = [x], []
        blocks = [block for block in self.blocks if isinstance(block, Block)]
        for place, part in enumerate(p for b in blocks for p in (b.attend, b.feed)):
            y = part(self._normed(x) if self.norm == "before" else x) * self.factors.branch[place]
            x = x * self.factors.stream[place] + y
            self.sums.append((y, x))
            x = self._normed(x) if self.norm == "after" else x
            self.trace.append(x)
        return x

    def _normed(self, x: Tensor) -> Tensor:
        return fn.layer_norm(x, x.shape[-1:])

    def obey(self, plan: plans.Plan) -> None:
        """Build a plan's demands in: a factor at each sum that its weight ends."""
        ends = [name for i in range(len(self.blocks)) for name in (f"{i}.o", f"{i}.down")]
        for place, name in enumerate(ends):
            path = f"blocks.{name}.weight"
            asked: Mapping[str, float] = {
                one.what: one.factor for one in plan.demands if path in one.paths
            }
            self.factors.stream[place] = asked.get("stream", 1.0)
            self.factors.branch[place] = asked.get("branch", 1.0)


def words(batch: int = 8, length: int = 16) -> Tensor:
    """Token numbers, the same every time."""
    return torch.randint(64, (batch, length), generator=torch.Generator().manual_seed(0))
