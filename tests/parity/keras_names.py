"""keras.initializers and its drop-in."""

from typing import Any

import keras
from numpy.typing import NDArray

from isometry.frameworks.keras import initializers
from tests.parity.measuring import Draw, Fixed, Row

SHAPE = (600, 400)
KERNEL = (6, 6, 80, 96)
PATH = "parity"


def theirs(name: str, *arguments: Any, shape: tuple[int, ...] = SHAPE, **options: Any) -> Draw:
    def draw() -> NDArray[Any]:
        made = getattr(keras.initializers, name)(*arguments, seed=21, **options)
        values: NDArray[Any] = keras.ops.convert_to_numpy(made(shape))
        return values

    return draw


def ours(name: str, *arguments: Any, shape: tuple[int, ...] = SHAPE, **options: Any) -> Draw:
    def draw() -> NDArray[Any]:
        made = getattr(initializers, name)(*arguments, seed=21, path=PATH, **options)
        values: NDArray[Any] = keras.ops.convert_to_numpy(made(shape))
        return values

    return draw


def row(name: str, law: str, neighbour: tuple[str, Draw], *arguments: Any, **options: Any) -> Row:
    """The same call on both sides."""
    shown = ", ".join(
        [
            *map(repr, arguments),
            *(f"{key}={value!r}" for key, value in options.items() if key != "shape"),
        ]
    )
    return Row(
        f"keras.initializers.{name}({shown})",
        f"isometry.keras.initializers.{name}({shown})",
        law,
        theirs(name, *arguments, **options),
        ours(name, *arguments, **options),
        *neighbour,
    )


def fixed(name: str, law: str, *arguments: Any) -> Fixed:
    def filled(module: Any) -> NDArray[Any]:
        values: NDArray[Any] = keras.ops.convert_to_numpy(getattr(module, name)(*arguments)((6, 4)))
        return values

    shown = ", ".join(map(repr, arguments))
    return Fixed(
        f"keras.initializers.{name}({shown})",
        f"isometry.keras.initializers.{name}({shown})",
        law,
        lambda: filled(keras.initializers),
        lambda: filled(initializers),
    )


def plain(scale: float, mode: str, **options: Any) -> Draw:
    """The normal law that Keras does not mean by "normal"."""
    return ours("VarianceScaling", scale, mode, "untruncated_normal", **options)


ROWS = (
    row("RandomUniform", "U(±0.05)", ("U[0, 0.05)", ours("RandomUniform", 0.0, 0.05))),
    row("RandomNormal", "N(0, 0.05**2)", ("cut at two stds", ours("TruncatedNormal"))),
    row(
        "TruncatedNormal",
        "cut at two stds, not corrected: std 0.8796 of 0.05",
        (
            "corrected to 0.05",
            ours("from_scheme", "cut_normal", std=0.05, exact_std=True),
        ),
    ),
    row(
        "VarianceScaling",
        '"normal" is the truncated one, of the exact variance',
        ("plain normal, as JAX means", plain(2.0, "fan_in")),
        2.0,
        "fan_in",
        "normal",
    ),
    row(
        "VarianceScaling",
        "plain normal",
        (
            "truncated",
            ours("VarianceScaling", 2.0, "fan_out", "truncated_normal", shape=KERNEL),
        ),
        2.0,
        "fan_out",
        "untruncated_normal",
        shape=KERNEL,
    ),
    row(
        "VarianceScaling",
        "axes that are named count, no others",
        ("axes of the raw shape", ours("VarianceScaling", shape=(20, 30, 400))),
        input_axes=[1],
        output_axes=[2],
        shape=(20, 30, 400),
    ),
    row(
        "HeNormal",
        "one axis is both fans",
        ("half of it", plain(4.0, "fan_in", shape=(240_000,))),
        shape=(240_000,),
    ),
    row(
        "GlorotUniform",
        "U(±sqrt(6 / (fan_in + fan_out)))",
        ("U(±sqrt(6 / fan_in))", ours("HeUniform")),
    ),
    row(
        "GlorotNormal",
        "truncated, variance 2 / (fan_in + fan_out)",
        ("plain, as in torch", plain(1.0, "fan_avg")),
    ),
    row("HeUniform", "U(±sqrt(6 / fan_in))", ("U(±sqrt(3 / fan_in))", ours("LecunUniform"))),
    row(
        "HeNormal",
        "truncated, variance 2 / fan_in",
        ("plain, as in torch", plain(2.0, "fan_in")),
    ),
    row("LecunUniform", "U(±sqrt(3 / fan_in))", ("U(±sqrt(6 / fan_in))", ours("HeUniform"))),
    row(
        "LecunNormal",
        "truncated, variance 1 / fan_in",
        ("plain, as in torch", plain(1.0, "fan_in")),
    ),
    row(
        "Orthogonal",
        "orthonormal (window * in, out), no correction",
        (
            "corrected by sqrt(out / in)",
            ours("from_scheme", "orthogonal", shape=(400, 600)),
        ),
        shape=(400, 600),
    ),
)

FIXED = (
    fixed("Constant", "0.3", 0.3),
    fixed("Ones", "1"),
    fixed("Zeros", "0"),
    fixed("Identity", "the identity times 2, cut to a rectangle", 2.0),
)
