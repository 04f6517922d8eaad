"""torch.nn.init and its drop-in."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn

from isometry.frameworks.torch import init
from tests.parity.measuring import Draw, Fixed, Row

SHAPE = (400, 600)
KERNEL = (96, 80, 6, 6)


def theirs(name: str, *arguments: Any, shape: tuple[int, ...] = SHAPE, **options: Any) -> Draw:
    def draw() -> NDArray[Any]:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(20)
            filled = getattr(nn.init, name)(torch.empty(shape), *arguments, **options)
        values: NDArray[Any] = filled.numpy()
        return values

    return draw


def ours(name: str, *arguments: Any, shape: tuple[int, ...] = SHAPE, **options: Any) -> Draw:
    def draw() -> NDArray[Any]:
        fill: Callable[..., torch.Tensor] = getattr(init, name)
        filled = fill(torch.empty(shape), *arguments, seed=20, path="parity", **options)
        return filled.numpy()

    return draw


def row(name: str, law: str, neighbour: tuple[str, Draw], *arguments: Any, **options: Any) -> Row:
    """The same call on both sides."""
    shown = ", ".join(
        [
            *map(str, arguments),
            *(f"{key}={value}" for key, value in options.items() if key != "shape"),
        ]
    )
    call = f"{name}({shown})"
    return Row(
        f"torch.nn.init.{call}",
        f"isometry.torch.init.{call}",
        law,
        theirs(name, *arguments, **options),
        ours(name, *arguments, **options),
        *neighbour,
    )


def fixed(name: str, law: str, *arguments: Any, shape: tuple[int, ...] = (6, 4)) -> Fixed:
    def filled(module: Any) -> NDArray[Any]:
        tensor = getattr(module, name)(torch.full(shape, 7.0), *arguments)
        values: NDArray[Any] = tensor.numpy()
        return values

    shown = ", ".join(map(str, arguments))
    return Fixed(
        f"torch.nn.init.{name}({shown})",
        f"isometry.torch.init.{name}({shown})",
        law,
        partial(filled, nn.init),
        partial(filled, init),
    )


ROWS = (
    row("uniform_", "U[0, 1)", ("U(±1)", ours("uniform_", -1.0, 1.0))),
    row("normal_", "N(0, 1)", ("truncated at ±2", ours("trunc_normal_"))),
    row(
        "trunc_normal_",
        "N(0, 1) cut at -2 and 2, std 0.8796",
        ("std corrected to 1", ours("trunc_normal_", cut=2.0, exact_std=True)),
    ),
    row(
        "trunc_normal_",
        "bounds are absolute: at std 0.02 nothing is cut",
        ("bounds in stds", ours("trunc_normal_", std=0.02, cut=2.0)),
        std=0.02,
    ),
    row(
        "trunc_normal_",
        "N(0.5, 1) cut at -0.5 and 3",
        ("mean 0", ours("trunc_normal_", a=-0.5, b=3.0)),
        mean=0.5,
        a=-0.5,
        b=3.0,
    ),
    row(
        "xavier_uniform_",
        "U(±sqrt(6 / (fan_in + fan_out)))",
        ("U(±sqrt(6 / fan_in))", ours("kaiming_uniform_")),
    ),
    row(
        "xavier_normal_",
        "plain normal, variance 2 / (fan_in + fan_out)",
        (
            "truncated, as in Keras and JAX",
            ours("variance_scaling_", 1.0, "fan_avg", "truncated_normal"),
        ),
    ),
    row(
        "kaiming_uniform_",
        "U(±sqrt(6 / fan_in)): the default slope is 0, a ReLU's",
        ("U(±sqrt(3 / fan_in)), as in MLX", ours("lecun_uniform_")),
    ),
    row(
        "kaiming_normal_",
        "plain normal, variance 2 / fan_in",
        (
            "truncated, as in Keras and JAX",
            ours("variance_scaling_", 2**0.5, "fan_in", "truncated_normal"),
        ),
    ),
    row(
        "kaiming_normal_",
        "fans of a kernel count its taps",
        ("fan_in", ours("kaiming_normal_", shape=KERNEL)),
        mode="fan_out",
        shape=KERNEL,
    ),
    row(
        "kaiming_uniform_",
        "U(±1 / sqrt(fan_in)): how torch's layers call it",
        ("slope 0", ours("kaiming_uniform_")),
        a=5**0.5,
    ),
    row(
        "orthogonal_",
        "orthonormal columns, no correction for out > in",
        (
            "corrected by sqrt(out / in)",
            ours("scheme_", "orthogonal", shape=(600, 400)),
        ),
        shape=(600, 400),
    ),
    row(
        "sparse_",
        "half of every column is 0, the others N(0, 0.01**2)",
        ("std 1, as in MLX", ours("sparse_", 0.5, std=1.0)),
        0.5,
    ),
)

FIXED = (
    fixed("constant_", "0.3", 0.3),
    fixed("ones_", "1"),
    fixed("zeros_", "0"),
    fixed("eye_", "the identity, cut to a rectangle"),
    fixed("dirac_", "one tap, the upper of two centres", shape=(6, 4, 3, 4)),
    fixed("dirac_", "each group passes its own channels", 2, shape=(6, 2, 3, 4)),
)
