"""Small models that hold every kind of tensor, and plans for them."""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from isometry import plans, recipes, schemes, weights
from isometry.frameworks.torch import apply, describe
from isometry.parameters import Parameter


class Block(nn.Module):
    """A residual block with a raw parameter and buffers that are computed, not drawn."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)
        self.gamma = nn.Parameter(torch.ones(width))
        self.register_buffer("positions", torch.arange(8))
        self.register_buffer("inv_freq", 1 / 10 ** torch.linspace(0, 1, 4), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.gamma * self.c_proj(torch.relu(self.c_fc(self.norm(x))))
        return y


class Net(nn.Module):
    """Embedding, blocks and a tied head."""

    def __init__(self, width: int = 8, depth: int = 2, rows: int = 11) -> None:
        super().__init__()
        self.emb = nn.Embedding(rows, width, padding_idx=0)
        self.h = nn.ModuleList(Block(width) for _ in range(depth))
        self.head = nn.Linear(width, rows, bias=False)
        self.head.weight = self.emb.weight

    def forward(self, x: Tensor) -> Tensor:
        x = self.emb(x)
        for block in self.h:
            x = block(x)
        y: Tensor = self.head(x)
        return y


def everything() -> Any:
    """One of each: convolutions, recurrence, attention, norms, parametrizations, odd strides."""
    conv: Any = nn.Conv2d(4, 6, 3, groups=2)
    net: Any = nn.ModuleDict(
        {
            "conv": conv.to(memory_format=torch.channels_last),
            "up": nn.ConvTranspose2d(4, 2, 3, stride=2),
            "lstm": nn.LSTM(3, 4, num_layers=2, bidirectional=True, proj_size=2),
            "attention": nn.MultiheadAttention(4, 2, add_bias_kv=True),
            "batch_norm": nn.BatchNorm1d(5),
            "weight_norm": parametrizations.weight_norm(nn.Linear(3, 5)),
            "transposed": nn.Linear(3, 5),
            "net": Net(),
        }
    )
    net.transposed.weight = nn.Parameter(torch.zeros(3, 5).t())
    return net


NORMAL = schemes.Normal(std=0.02)

RULES: dict[str, schemes.Scheme] = {
    r".*gamma": schemes.Constant(1.0),
    r".*positions": schemes.Values.of(torch.arange(8).numpy()),
    r".*inv_freq": schemes.Constant(0.25),
}


def planned(model: nn.Module, recipe: str = "xavier") -> plans.Plan:
    """A plan of a named recipe, with rules for what no recipe can know, as far as there is such."""
    parameters = describe(model)
    rules = [replace(rule, required=False) for rule in recipes.from_rules(RULES).rules]
    return plans.decide(parameters, recipes.before(rules, recipes.recipe(recipe, parameters)))


def described(model: nn.Module) -> dict[str, Parameter]:
    """Descriptions by path."""
    return {parameter.path: parameter for parameter in describe(model)}


def one_scheme(model: nn.Module, scheme: schemes.Scheme = NORMAL) -> plans.Plan:
    """Every tensor of a model by one scheme."""
    return plans.Plan(
        "one", tuple(plans.Assignment(one, scheme, "test", "test") for one in describe(model))
    )


def initialized(model: Any, *, seed: int = 0, recipe: str = "xavier") -> Any:
    """``model`` after ``apply``."""
    apply(planned(model, recipe), model, seed=seed)
    return model


def values(model: nn.Module) -> dict[str, Tensor]:
    """Copies of all parameters and buffers, by torch's own names."""
    tensors = [*model.named_parameters(remove_duplicate=False), *model.named_buffers()]
    return {name: tensor.detach().clone() for name, tensor in tensors}


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    """Whether two models hold the same bits under the same names."""
    return one.keys() == other.keys() and all(map(torch.equal, one.values(), other.values()))


def kept(ledger: weights.Ledger) -> list[str]:
    """Paths that were not written."""
    return [entry.path for entry in ledger if entry.status == "kept"]
