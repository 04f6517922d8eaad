"""The nets, plain on purpose: what norm, skip or warm-up would hide shall be seen."""

from collections.abc import Callable

from torch import nn

from benchmarks.arena import data
from benchmarks.arena.attention import Transformer
from benchmarks.arena.cells import Cell
from benchmarks.arena.streams import PixelReader, residual

WIDTH = 64
CHANNELS = 16
SIDE = 8
"""Of a digit."""

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "softplus": nn.Softplus,
    "hardswish": nn.Hardswish,
}


def net(cell: Cell) -> nn.Module:
    """The net of a cell, as torch builds it.

    Args:
        cell: What is to be run; ``-bn`` and ``-ln`` behind the name of a net ask for the control
            with batch-norm or layer-norm.

    Returns:
        A net from rows of numbers to one score for each class.
    """
    kind, _, norm = cell.net.partition("-")
    bent = ACTIVATIONS[cell.activation]
    features, classes = data.data(cell.task).inputs.shape[1], data.classes(cell.task)
    match kind:
        case "mlp":
            return perceptron(cell.depth, bent, features, classes, norm=norm)
        case "cnn":
            return convolutional(cell.depth, bent, classes, norm=norm)
        case "residual" | "rescnn":
            return residual(cell.depth, bent, classes, kernels=kind == "rescnn", norm=norm)
        case "transformer":
            return Transformer(cell.depth, bent, classes, norm=norm)
        case "lstm" | "gru":
            return PixelReader(nn.LSTM if kind == "lstm" else nn.GRU, classes)
        case _:
            raise KeyError(cell.net)


def perceptron(
    depth: int, bent: Callable[[], nn.Module], features: int, classes: int, *, norm: str = ""
) -> nn.Module:
    """Fully connected layers, one after the other."""
    layers: list[nn.Module] = []
    for level in range(depth):
        layers.append(nn.Linear(WIDTH if level else features, WIDTH))
        layers += [nn.BatchNorm1d(WIDTH)] if norm == "bn" else []
        layers.append(bent())
    return nn.Sequential(*layers, nn.Linear(WIDTH, classes))


def convolutional(
    depth: int, bent: Callable[[], nn.Module], classes: int, *, norm: str = ""
) -> nn.Module:
    """Convolutions of 3x3, one after the other, read out from all places."""
    layers: list[nn.Module] = [nn.Unflatten(1, (1, SIDE, SIDE))]
    for level in range(depth):
        layers.append(nn.Conv2d(CHANNELS if level else 1, CHANNELS, 3, padding=1))
        layers += [nn.BatchNorm2d(CHANNELS)] if norm == "bn" else []
        layers.append(bent())
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(CHANNELS * SIDE * SIDE, classes))
