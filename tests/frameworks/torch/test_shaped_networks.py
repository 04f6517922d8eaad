"""At step 0 the unchanged network computes what the transformed one would; isometries are exact."""

import copy
from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import isometry as iso
from isometry import theory
from tests.frameworks.torch.explicit import Block, Shaped, raw

FUNCTIONS: dict[str, tuple[type[nn.Module], Callable[[Tensor], Tensor]]] = {
    "tanh": (nn.Tanh, torch.tanh),
    "sigmoid": (nn.Sigmoid, torch.sigmoid),
    "mish": (nn.Mish, functional.mish),
    "softplus": (nn.Softplus, functional.softplus),
}
DEPTH = 20
NEAR = 1e-4
"""Of single precision through 20 layers; a missing shift is off by more than 0.1."""


def off(found: Tensor, wanted: Tensor) -> float:
    return float(((found - wanted).norm() / wanted.norm()).item())


def perceptron(kind: type[nn.Module]) -> nn.Sequential:
    layers = [one for _ in range(DEPTH) for one in (nn.Linear(32, 32), kind())]
    return nn.Sequential(*layers, nn.Linear(32, 10))


def convolutional(kind: type[nn.Module]) -> nn.Sequential:
    first = nn.Conv2d(3, 16, 3, padding=1)
    layers = [one for _ in range(DEPTH - 1) for one in (nn.Conv2d(16, 16, 3, padding=1), kind())]
    head = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))
    return nn.Sequential(first, kind(), *layers, *head)


NETS = {"mlp": (perceptron, (8, 32)), "cnn": (convolutional, (4, 3, 6, 6))}


def explicit(
    net: nn.Sequential, shape: theory.Shape, function: Callable[[Tensor], Tensor]
) -> nn.Module:
    """The same net with weights of gain 1, no biases and transformed activations."""
    twin = copy.deepcopy(net)
    maps = [one for one in twin if isinstance(one, nn.Linear | nn.Conv2d)]
    raw(maps, [shape.alpha, *(shape.alpha * shape.gamma for _ in maps[2:]), shape.gamma])
    kinds = (nn.Linear, nn.Conv2d, nn.AdaptiveAvgPool2d, nn.Flatten)
    return nn.Sequential(
        *(one if isinstance(one, kinds) else Shaped(shape, function) for one in twin)
    )


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_unchanged_network_computes_the_shaped_one(net: str, name: str) -> None:
    build, size = NETS[net]
    kind, function = FUNCTIONS[name]
    model, x = build(kind), torch.randn(*size, generator=torch.Generator().manual_seed(1))
    iso.initialize(model, torch.zeros(size), recipe="dks", seed=0)
    shape = theory.dks(name, slope=theory.slope_for(theory.Layers(DEPTH)))
    twin = explicit(model, shape, function)
    assert off(model(x), twin(x)) < NEAR
    wrong = explicit(model, theory.dks(name, slope=1.2), function)
    assert off(model(x), wrong(x)) > 100 * NEAR


def unfold(net: nn.Sequential, shape: theory.Shape) -> None:
    """Take the shape out of a residual net's weights, and put it around its activations."""
    for block in (one for one in net if isinstance(one, Block)):
        raw((block.first, block.second), (shape.alpha, shape.gamma))
        block.function = Shaped(shape, torch.tanh)


def test_a_residual_network_computes_the_shaped_one() -> None:
    blocks = 6
    model = nn.Sequential(*(Block(32, nn.Tanh()) for _ in range(blocks)), nn.Linear(32, 10))
    iso.initialize(model, torch.zeros(8, 32), recipe="dks", seed=0)
    q = [1 + place / blocks for place in range(blocks)]
    parts = tuple(theory.Residual(theory.Layers(1), sqrt(v / (v + 1 / blocks))) for v in q)
    shape = theory.dks("tanh", slope=theory.slope_for(theory.Chain(parts)))
    twin = copy.deepcopy(model)
    unfold(twin, shape)
    x = torch.randn(8, 32, generator=torch.Generator().manual_seed(1))
    assert off(model(x), twin(x)) < NEAR


def jacobian(model: nn.Module, x: Tensor) -> Tensor:
    return torch.as_tensor(torch.func.jacrev(lambda v: model(v[None])[0])(x).detach())


CLASS = (nn.ReLU, nn.GELU, nn.SiLU, nn.Hardswish, nn.Softplus)
DEEP = [pytest.param(kind, 1000, marks=pytest.mark.slow) for kind in CLASS[1:]]


@pytest.mark.parametrize(
    ("kind", "depth"), [(nn.ReLU, 1000), *((one, 100) for one in CLASS), *DEEP]
)
def test_all_singular_values_are_one(kind: type[nn.Module], depth: int) -> None:
    hidden = [one for _ in range(depth - 1) for one in (nn.Linear(32, 32), kind())]
    model = nn.Sequential(nn.Linear(16, 32), kind(), *hidden, nn.Linear(32, 16)).double()
    iso.initialize(model, torch.zeros(2, 16).double(), recipe="auto", seed=0)
    x = torch.randn(16, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    values = np.linalg.svd(jacobian(model, x), compute_uv=False)
    assert np.abs(values - 1.0).max() < 1e-5


def test_he_is_no_isometry() -> None:
    hidden = [one for _ in range(99) for one in (nn.Linear(32, 32), nn.ReLU())]
    model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), *hidden, nn.Linear(32, 16)).double()
    iso.initialize(model, torch.zeros(2, 16).double(), recipe="he", seed=0)
    x = torch.randn(16, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    values = np.linalg.svd(jacobian(model, x), compute_uv=False)
    assert values.max() / max(values.min(), 1e-300) > 1e3
