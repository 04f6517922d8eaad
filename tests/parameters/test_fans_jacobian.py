"""Fans against the Jacobian of the layer itself, where a framework computes it.

With every weight 1, the output for an input of ones is the number of inputs that feed it, and the
gradient of the sum of all outputs is the number of outputs that an input feeds.
"""

from collections.abc import Callable
from typing import Any

import pytest

from isometry.parameters import Axes, Blocks, fans, fans_by_shape_torch

torch: Any = pytest.importorskip("torch")
nn = torch.nn

Layer = tuple[Callable[[], Any], Axes, tuple[int, ...], int]

IMAGE = (1, 8, 36, 36)
SIGNAL = (1, 12, 48)
CONV2 = Axes((0,), (1,), (2, 3))
CONV1 = Axes((0,), (1,), (2,))

LAYERS: dict[str, Layer] = {
    "linear": (lambda: nn.Linear(6, 10, bias=False), Axes((0,), (1,)), (1, 6), 1),
    "conv1d": (lambda: nn.Conv1d(12, 5, 5, bias=False), CONV1, SIGNAL, 12),
    "conv2d": (lambda: nn.Conv2d(8, 4, 3, bias=False), CONV2, IMAGE, 12),
    "conv3d": (
        lambda: nn.Conv3d(2, 4, 3, bias=False),
        Axes((0,), (1,), (2, 3, 4)),
        (1, 2, 18, 18, 18),
        4,
    ),
    "dilated": (lambda: nn.Conv2d(8, 4, 3, dilation=2, bias=False), CONV2, IMAGE, 12),
    "strided": (
        lambda: nn.Conv2d(8, 4, 4, stride=2, bias=False),
        Axes((0,), (1,), (2, 3), stride=4),
        IMAGE,
        4,
    ),
    "stride does not divide kernel": (
        lambda: nn.Conv2d(8, 4, 3, stride=2, bias=False),
        Axes((0,), (1,), (2, 3), stride=4),
        IMAGE,
        4,
    ),
    "grouped": (
        lambda: nn.Conv2d(8, 16, 3, groups=4, bias=False),
        Axes((0,), (1,), (2, 3), groups=4),
        IMAGE,
        12,
    ),
    "depthwise": (
        lambda: nn.Conv1d(12, 24, 5, groups=12, bias=False),
        Axes((0,), (1,), (2,), groups=12),
        SIGNAL,
        12,
    ),
    "transposed": (
        lambda: nn.ConvTranspose2d(8, 2, 3, bias=False),
        Axes((1,), (0,), (2, 3), transposed=True),
        IMAGE,
        12,
    ),
    "transposed, strided": (
        lambda: nn.ConvTranspose2d(8, 2, 4, stride=2, bias=False),
        Axes((1,), (0,), (2, 3), stride=4, transposed=True),
        IMAGE,
        24,
    ),
    "transposed, stride does not divide kernel": (
        lambda: nn.ConvTranspose2d(8, 2, 3, stride=2, bias=False),
        Axes((1,), (0,), (2, 3), stride=4, transposed=True),
        IMAGE,
        24,
    ),
    "transposed, grouped": (
        lambda: nn.ConvTranspose1d(12, 24, 6, stride=3, groups=4, bias=False),
        Axes((1,), (0,), (2,), stride=3, groups=4, groups_on="inputs", transposed=True),
        SIGNAL,
        48,
    ),
}


def counts(layer: Any, shape: tuple[int, ...], middle: int) -> tuple[float, float]:
    """Mean counts over whole periods of the middle of the signal."""
    torch.nn.init.ones_(layer.weight)
    x = torch.ones(shape, requires_grad=True)
    y = layer(x)
    y.sum().backward()
    return _middle(y, middle), _middle(x.grad, 12)


def _middle(tensor: Any, length: int) -> float:
    for axis in range(2, tensor.dim()):
        size = min(length, tensor.shape[axis])
        tensor = tensor.narrow(axis, (tensor.shape[axis] - size) // 2, size)
    return float(tensor.detach().mean())


@pytest.mark.parametrize("name", LAYERS)
def test_fans_are_the_counts_of_the_jacobian(name: str) -> None:
    make, axes, shape, middle = LAYERS[name]
    layer = make()
    found = fans(tuple(layer.weight.shape), axes)
    assert (found.fan_in, found.fan_out) == pytest.approx(counts(layer, shape, middle), rel=1e-6)


@pytest.mark.parametrize("name", ["grouped", "depthwise", "strided", "transposed"])
def test_fans_from_the_shape_are_not(name: str) -> None:
    make, _, shape, middle = LAYERS[name]
    layer = make()
    found = fans_by_shape_torch(tuple(layer.weight.shape))
    assert (found.fan_in, found.fan_out) != pytest.approx(counts(layer, shape, middle), rel=0.1)


def test_a_bilinear_layer_sums_over_both_inputs() -> None:
    layer = nn.Bilinear(3, 5, 7, bias=False)
    torch.nn.init.ones_(layer.weight)
    assert (
        layer(torch.ones(1, 3), torch.ones(1, 5)).detach().mean().item()
        == fans((7, 3, 5), Axes((0,), (1, 2))).fan_in
    )


@pytest.mark.parametrize(("kind", "gates"), [("LSTM", "ifgo"), ("GRU", "rzn")])
def test_each_gate_of_a_recurrent_layer_has_the_fans_of_its_own_map(kind: str, gates: str) -> None:
    layer = getattr(nn, kind)(7, 32)
    weight = layer.weight_ih_l0
    blocks = Blocks(0, tuple(gates), (32,) * len(gates))
    found = fans(tuple(weight.shape), Axes((0,), (1,), blocks=blocks))
    assert (found.fan_in, found.fan_out) == (7, 32)


def test_packed_projections_have_the_fans_of_separate_ones() -> None:
    attention = nn.MultiheadAttention(64, 4)
    separate = nn.Linear(64, 64)
    packed = Axes((0,), (1,), blocks=Blocks(0, ("q", "k", "v"), (64, 64, 64)))
    assert fans(tuple(attention.in_proj_weight.shape), packed) == fans(
        tuple(separate.weight.shape), Axes((0,), (1,))
    )
