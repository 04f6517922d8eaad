"""Flax, both of it, takes the initializers as its own."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen, nnx

from isometry.frameworks.jax import initializers

KERNEL = initializers.he_normal()


class Perceptron(linen.Module):
    """Two layers that share an initializer."""

    @linen.compact
    def __call__(self, x: Any) -> Any:
        x = linen.Dense(64, kernel_init=KERNEL)(x)
        return linen.Dense(64, kernel_init=KERNEL)(x)


def linen_kernels(*, compiled: bool) -> list[Any]:
    model, inputs = Perceptron(), jnp.zeros((1, 64))
    init = jax.jit(model.init) if compiled else model.init
    layers = init(jax.random.key(0), inputs)["params"]
    return [np.asarray(layer["kernel"]) for layer in layers.values()]


def nnx_kernel() -> Any:
    return nnx.Linear(64, 32, kernel_init=KERNEL, rngs=nnx.Rngs(0)).kernel


def test_linen_draws_the_same_inside_a_program_and_outside() -> None:
    inside, outside = linen_kernels(compiled=True), linen_kernels(compiled=False)
    assert [one.tobytes() for one in inside] == [one.tobytes() for one in outside]


def test_layers_that_share_an_initializer_start_apart() -> None:
    first, second = linen_kernels(compiled=False)
    assert not np.array_equal(first, second)
    assert np.array([first, second]).std() == pytest.approx((2 / 64) ** 0.5, rel=0.03)


def test_nnx_takes_it_as_a_kernels_initializer() -> None:
    kernel = np.asarray(nnx_kernel()[...])
    assert kernel.std() == pytest.approx((2 / 64) ** 0.5, rel=0.05)


def test_nnx_draws_the_same_inside_a_program_and_outside() -> None:
    state = nnx.jit(lambda: nnx_kernel()[...])()
    assert np.asarray(state).tobytes() == np.asarray(nnx_kernel()[...]).tobytes()
