"""The same seed, path and shape give the same bits in torch, Keras and JAX."""

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from isometry.frameworks.jax import initializers as jax_initializers
from isometry.frameworks.keras import initializers as keras_initializers
from isometry.frameworks.torch import init

# Keras's torch backend converts its tensors by a protocol that NumPy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SEED, PATH = 2**40 + 5, "encoder.0.conv.weight"
SCHEMES: dict[str, dict[str, Any]] = {
    "normal": {"std": 0.02},
    "uniform": {"low": -0.1, "high": 0.3},
    "cut_normal": {"std": 0.02},
    "sign": {},
    "variance_scaling": {"gain": 2.0, "fan": "fan_geo"},
    "kumar": {"activation": "sigmoid"},
    "siren": {},
    "orthogonal": {},
    "delta_orthogonal": {},
    "mirrored": {},
    "sparse": {"sparsity": 0.5},
    "hadamard": {},
    "dirac": {},
}
every_scheme = pytest.mark.parametrize(("name", "options"), SCHEMES.items(), ids=SCHEMES.keys())


def key() -> jax.Array:
    words = jnp.array([SEED >> 32, SEED % 2**32], dtype=jnp.uint32)
    made: jax.Array = jax.random.wrap_key_data(words)
    return made


def in_torch(name: str, options: dict[str, Any], shape: tuple[int, ...]) -> NDArray[Any]:
    filled = init.scheme_(torch.empty(shape), name, seed=SEED, path=PATH, **options)
    values: NDArray[Any] = filled.numpy()
    return values


def in_keras(
    name: str, options: dict[str, Any], shape: tuple[int, ...], layout: str
) -> NDArray[Any]:
    made = keras_initializers.from_scheme(name, seed=SEED, path=PATH, layout=layout, **options)
    values: NDArray[Any] = keras.ops.convert_to_numpy(made(shape))
    return values


def in_jax(name: str, options: dict[str, Any], shape: tuple[int, ...], layout: Any) -> NDArray[Any]:
    made = jax_initializers.from_scheme(name, path=PATH, layout=layout, **options)
    return np.asarray(made(key(), shape))


@every_scheme
def test_torchs_layout_makes_one_kernel_of_three_frameworks(
    name: str, options: dict[str, Any]
) -> None:
    expected = in_torch(name, options, (8, 6, 3, 5)).transpose(2, 3, 1, 0)
    assert np.array_equal(in_keras(name, options, (3, 5, 6, 8), "torch"), expected)
    assert np.array_equal(in_jax(name, options, (3, 5, 6, 8), "torch"), expected)


@every_scheme
def test_keras_and_jax_read_a_shape_alike(name: str, options: dict[str, Any]) -> None:
    shape = (3, 5, 6, 8)
    theirs = in_keras(name, options, shape, "given")
    assert np.array_equal(in_jax(name, options, shape, "given"), theirs)


@pytest.mark.parametrize("name", ["normal", "uniform", "cut_normal", "sign"])
def test_laws_without_fans_need_no_layout(name: str) -> None:
    options, shape = SCHEMES[name], (4, 7, 3)
    expected = in_torch(name, options, shape)
    assert np.array_equal(in_keras(name, options, shape, "given"), expected)
    assert np.array_equal(in_jax(name, options, shape, "given"), expected)
