"""The recipe ``torch`` against torch itself, tensor by tensor."""

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest

from isometry import plans, recipes, rng, schemes

torch = pytest.importorskip("torch")

from torch import Tensor, nn  # noqa: E402 - only where torch is installed

from isometry.frameworks.torch import describe  # noqa: E402 - only where torch is installed

LAYERS: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: nn.Linear(300, 200),
    "conv": lambda: nn.Conv2d(16, 64, 5, groups=4, stride=2),
    "depthwise": lambda: nn.Conv1d(256, 256, 9, groups=256),
    "conv_transpose": lambda: nn.ConvTranspose2d(24, 64, 5, groups=2, stride=2),
    "embedding": lambda: nn.Embedding(200, 100, padding_idx=3),
    "bag": lambda: nn.EmbeddingBag(200, 100),
    "bilinear": lambda: nn.Bilinear(20, 30, 40),
    "lstm": lambda: nn.LSTM(40, 60, num_layers=2, bidirectional=True, proj_size=20),
    "gru": lambda: nn.GRU(40, 60),
    "rnn": lambda: nn.RNNCell(40, 60),
    "attention": lambda: nn.MultiheadAttention(128, 4, add_bias_kv=True),
    "cross": lambda: nn.MultiheadAttention(128, 4, kdim=64, vdim=32),
    "batch_norm": lambda: nn.BatchNorm2d(8),
    "group_norm": lambda: nn.GroupNorm(2, 8),
    "rms_norm": lambda: nn.RMSNorm(8),
    "prelu": lambda: nn.PReLU(8, init=0.1),
}
ALARM = 6.0
"""Sampling errors: chance alone goes beyond this for one tensor in a billion."""


def deviations(layer: nn.Module, recipe: str) -> dict[str, float]:
    """Distance of each tensor's rms from what a recipe states, in sampling errors."""
    parameters = describe(layer)
    plan = plans.decide(parameters, recipes.recipe(recipe, parameters))
    state = {**dict(layer.named_parameters()), **dict(layer.named_buffers())}
    return {one.parameter.path: _deviation(one, state[one.parameter.path]) for one in plan}


def _deviation(assignment: plans.Assignment, tensor: Tensor) -> float:
    assert assignment.scheme is not None
    stated = assignment.scheme.moments(assignment.parameter)
    square = stated.mean**2 + stated.std**2
    measured = float(tensor.detach().double().square().mean())
    # Var of x² for mean 0; of a constant it is 0, so that only rounding is allowed for.
    error = stated.std**2 * sqrt(max(stated.kurtosis - 1, 0.0) / tensor.numel()) + 1e-6 * square
    return abs(measured - square) / (error + 1e-30)


@pytest.mark.parametrize("name", LAYERS)
def test_every_tensor_has_torchs_own_size(name: str) -> None:
    torch.manual_seed(0)
    assert max(deviations(LAYERS[name](), "torch").values()) < ALARM


@pytest.mark.parametrize("name", ["linear", "conv", "conv_transpose", "lstm", "attention"])
def test_another_recipe_is_told_apart(name: str) -> None:
    torch.manual_seed(0)
    assert max(deviations(LAYERS[name](), "he").values()) > ALARM


@pytest.mark.parametrize("name", ["linear", "conv", "conv_transpose", "bilinear", "lstm", "gru"])
def test_uniform_laws_have_torchs_bounds(name: str) -> None:
    torch.manual_seed(0)
    layer = LAYERS[name]()
    parameters = describe(layer)
    plan = plans.decide(parameters, recipes.recipe("torch", parameters))
    tensors = dict(layer.named_parameters())
    bounds = {one.parameter.path: _bound(one) for one in plan}
    largest = {path: float(tensors[path].detach().abs().max()) / bounds[path] for path in bounds}
    # The largest of n uniform magnitudes is above 1 - 30/n, but for a chance of e**-30.
    least = {path: 1 - 30 / tensors[path].numel() for path in bounds}
    assert [path for path in bounds if not least[path] < largest[path] <= 1 + 1e-6] == []


def _bound(assignment: plans.Assignment) -> float:
    assert assignment.scheme is not None
    draw = assignment.scheme.draw(assignment.parameter)
    assert isinstance(draw, schemes.Elementwise)
    assert isinstance(draw.law, rng.Uniform)
    return draw.law.high


def test_the_padding_row_is_zero() -> None:
    parameters = describe(nn.Embedding(6, 4, padding_idx=-2))
    plan = plans.decide(parameters, recipes.recipe("torch", parameters))
    draw = plan["weight"]
    assert draw.scheme is not None
    assert isinstance(draw.scheme, schemes.Padded)
    assert np.isclose(draw.scheme.moments(draw.parameter).std ** 2, 5 / 6)
