"""How a call becomes an array: on the host where it can, in the program where it must.

A concrete key is drawn by the host's engine, which needs no compilation; a traced key, or a wish
for a sharding, by the jnp engine. The bits are the same.
"""

import functools
from collections.abc import Callable
from typing import Any, assert_never

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy import float32
from numpy.typing import NDArray

from isometry import errors, rng
from isometry.frameworks import dropins
from isometry.frameworks.jax import engine, keys
from isometry.parameters import Parameter, box_shape
from isometry.schemes import Derived, Draw, Elementwise, Pieces, Scheme, Whole

Compute = Callable[[rng.Key], NDArray[np.floating[Any]]]


def fill(scheme: Scheme, parameter: Parameter, key: Array | int, *, sharding: Any = None) -> Array:
    """The float32 values of one tensor.

    Args:
        scheme: How it is filled.
        parameter: Its shape, path and axes.
        key: A JAX key, traced or not, or a seed.
        sharding: How the result is laid out over devices; the jnp engine then makes each part where
            it belongs. Schemes that make all values at once are computed on the host first.

    Returns:
        float32 of the parameter's shape, exact: the same bits for every way to call it.
    """
    draw = scheme.draw(parameter)
    seed = keys.seed_words(key)
    if sharding is None and not isinstance(seed, jax.core.Tracer):
        high, low = (int(word) for word in seed)
        return jnp.asarray(dropins.drawn(scheme, parameter, (high << 32) | low))
    made = functools.partial(_traced, draw, parameter)
    if sharding is None:
        return made(seed, engine.tables())
    sharded: Array = jax.jit(made, out_shardings=sharding)(seed, engine.tables())
    return sharded


def float_dtype(dtype: Any) -> np.dtype[Any]:
    """The dtype asked for.

    Args:
        dtype: Anything that JAX takes for a dtype; JAX's default if None.

    Returns:
        A real floating-point dtype, of 32 bits at most unless x64 is on.

    Raises:
        DtypeError: It does not hold real floating-point numbers.
    """
    if dtype is None:
        return jnp.zeros(()).dtype
    wanted = jax.dtypes.canonicalize_dtype(dtype)
    if not jnp.issubdtype(wanted, jnp.floating):
        raise errors.DtypeError(
            f"dtype is {wanted}",
            needed="a real floating-point dtype",
            do="draw real and imaginary parts under two paths, or convert the result",
        )
    return wanted


def _traced(draw: Draw, parameter: Parameter, seed: Array, tables: engine.Tables) -> Array:
    words = keys.derive_words(seed, parameter.path)
    shape = parameter.shape
    match draw:
        case Elementwise(law):
            return engine.draw(words, law, shape, tables)
        case Whole(compute):
            return _on_host(compute, words, shape)
        case Derived():
            return _derived(draw, seed, tables, shape)
        case Pieces():
            return _pieces(draw, parameter, seed, tables)
        case _:
            assert_never(draw)


def _pieces(draw: Pieces, parameter: Parameter, seed: Array, tables: engine.Tables) -> Array:
    values = _traced(draw.base, parameter, seed, tables)
    words = keys.derive_words(seed, parameter.path)
    for piece in draw.pieces:
        match piece.draw:
            case Elementwise(law):
                part = engine.draw(words, law, parameter.shape, tables, box=piece.box)
            case Whole(compute):
                own = keys.derive_words(seed, f"{parameter.path}#{piece.name}")
                part = _on_host(compute, own, box_shape(piece.box))
            case Derived():
                part = _derived(piece.draw, seed, tables, box_shape(piece.box))
            case _:
                assert_never(piece.draw)
        values = values.at[tuple(slice(*ends) for ends in piece.box)].set(part)
    return values


def _derived(draw: Derived, seed: Array, tables: engine.Tables, shape: tuple[int, ...]) -> Array:
    """Values made by the host from those of another tensor."""
    source = _traced(draw.source, Parameter(draw.path, draw.shape), seed, tables)

    def made(values: Array) -> NDArray[float32]:
        return np.asarray(draw.compute(np.asarray(values)), dtype=float32).reshape(shape)

    result = jax.eval_shape(lambda: jnp.zeros(shape, jnp.float32))
    values: Array = jax.pure_callback(made, result, source, vmap_method="sequential")
    return values


def _on_host(compute: Compute, words: Array, shape: tuple[int, ...]) -> Array:
    """Values that come all together are made by the host, whenever the program runs."""

    def made(words: Array) -> NDArray[float32]:
        k0, k1, c2, c3 = (int(word) for word in np.asarray(words))
        return np.asarray(compute(rng.Key((k0, k1, c2, c3))), dtype=float32).reshape(shape)

    result = jax.eval_shape(lambda: jnp.zeros(shape, jnp.float32))
    values: Array = jax.pure_callback(made, result, words, vmap_method="sequential")
    return values
