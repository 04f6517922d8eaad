"""jax.nn.initializers and its drop-in."""

from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from isometry.frameworks.jax import initializers
from tests.parity.measuring import Draw, Fixed, Row

SHAPE = (600, 400)


def theirs(name: str, *arguments: Any, shape: tuple[int, ...] = SHAPE, **options: Any) -> Draw:
    made = getattr(jax.nn.initializers, name)
    return lambda: np.asarray(made(*arguments, **options)(jax.random.key(22), shape))


def ours(name: str, *arguments: Any, shape: tuple[int, ...] = SHAPE, **options: Any) -> Draw:
    made = getattr(initializers, name)
    return lambda: np.asarray(made(*arguments, path="parity", **options)(22, shape))


def row(name: str, law: str, neighbour: tuple[str, Draw], *arguments: Any, **options: Any) -> Row:
    """The same call on both sides."""
    shown = ", ".join(
        [
            *map(repr, arguments),
            *(f"{key}={value!r}" for key, value in options.items() if key != "shape"),
        ]
    )
    return Row(
        f"jax.nn.initializers.{name}({shown})",
        f"isometry.jax.initializers.{name}({shown})",
        law,
        theirs(name, *arguments, **options),
        ours(name, *arguments, **options),
        *neighbour,
    )


def scaled(*arguments: Any) -> Draw:
    return ours("variance_scaling", *arguments)


def fixed(name: str, law: str, *arguments: Any) -> Fixed:
    def filled(module: Any) -> NDArray[Any]:
        made = getattr(module, name)
        init = made(*arguments) if arguments else made
        return np.asarray(init(jax.random.key(0), (6, 4)))

    shown = f"({', '.join(map(repr, arguments))})" if arguments else ""
    return Fixed(
        f"jax.nn.initializers.{name}{shown}",
        f"isometry.jax.initializers.{name}{shown}",
        law,
        lambda: filled(jax.nn.initializers),
        lambda: filled(initializers),
    )


ROWS = (
    row("uniform", "U[0, 0.01): one-sided", ("U[0, 0.02)", ours("uniform", 0.02))),
    row("normal", "N(0, 0.01**2)", ("cut at two stds", ours("truncated_normal"))),
    row(
        "truncated_normal",
        "cut at two stds, not corrected: std 0.8796 of 0.01",
        ("plain", ours("normal")),
    ),
    row(
        "truncated_normal",
        "bounds are in stds",
        ("symmetric", ours("truncated_normal", 0.1)),
        0.1,
        lower=-1.0,
        upper=3.0,
    ),
    row(
        "variance_scaling",
        '"normal" is plain',
        ("truncated, as Keras means", scaled(2.0, "fan_in", "truncated_normal")),
        2.0,
        "fan_in",
        "normal",
    ),
    row(
        "variance_scaling",
        "variance 1 / sqrt(fan_in * fan_out)",
        (
            "1 / mean of the fans",
            ours("variance_scaling", 1.0, "fan_avg", "uniform", shape=(100, 2400)),
        ),
        1.0,
        "fan_geo_avg",
        "uniform",
        shape=(100, 2400),
    ),
    row(
        "he_normal",
        "a batch axis counts for nothing",
        ("counted as taps", ours("he_normal", shape=(8, 300, 100))),
        batch_axis=0,
        shape=(8, 300, 100),
    ),
    row(
        "he_normal",
        "several axes can be inputs",
        ("the last but one", ours("he_normal", batch_axis=0, shape=(8, 300, 100))),
        in_axis=(0, 1),
        shape=(8, 300, 100),
    ),
    row(
        "glorot_uniform",
        "U(±sqrt(6 / (fan_in + fan_out)))",
        ("U(±sqrt(6 / fan_in))", ours("he_uniform")),
    ),
    row(
        "glorot_normal",
        "truncated, variance 2 / (fan_in + fan_out)",
        ("plain, as in torch", scaled(1.0, "fan_avg", "normal")),
    ),
    row("he_uniform", "U(±sqrt(6 / fan_in))", ("U(±sqrt(3 / fan_in))", ours("lecun_uniform"))),
    row(
        "he_normal",
        "truncated, variance 2 / fan_in",
        ("plain, as in torch", scaled(2.0, "fan_in", "normal")),
    ),
    row("lecun_uniform", "U(±sqrt(3 / fan_in))", ("U(±sqrt(6 / fan_in))", ours("he_uniform"))),
    row(
        "lecun_normal",
        "truncated, variance 1 / fan_in",
        ("plain, as in torch", scaled(1.0, "fan_in", "normal")),
    ),
    row(
        "orthogonal",
        "orthonormal rows or columns, no correction",
        ("corrected by sqrt(out / in)", ours("from_scheme", "orthogonal", shape=(400, 600))),
        shape=(400, 600),
    ),
    row(
        "delta_orthogonal",
        "an orthogonal matrix at the central tap, no correction",
        (
            "corrected by sqrt(out / in)",
            ours("from_scheme", "delta_orthogonal", shape=(3, 3, 200, 400)),
        ),
        shape=(3, 3, 200, 400),
    ),
)

FIXED = (
    fixed("constant", "0.3", 0.3),
    fixed("ones", "1"),
    fixed("zeros", "0"),
)
