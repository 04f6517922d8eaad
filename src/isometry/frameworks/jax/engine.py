"""The jnp engine: the bits of ``rng.draw`` under ``jax.jit``, on any device and any sharding.

Everything up to one conversion and one multiplication is 32-bit integer arithmetic on the element's
own index, so no x64 is needed, no fused multiply-add can change a bit, and the compiler can cut the
array along any axis without any communication between devices.
"""

import math

import jax
import jax.numpy as jnp
from jax import Array

from isometry import rng
from isometry.frameworks.jax import integers
from isometry.frameworks.jax.integers import Wide, word
from isometry.parameters import Box
from isometry.rng import philox, table

Tables = tuple[Array, Array]
"""Nodes and drops of the unit normal law, uint32."""


def tables() -> Tables:
    """The table of the normal law, to be handed to ``draw``."""
    return jnp.asarray(rng.normal_nodes()), jnp.asarray(rng.normal_drops())


def draw(
    words: Array, law: rng.Law, shape: tuple[int, ...], tables: Tables, *, box: Box | None = None
) -> Array:
    """The float32 values of a tensor, or of a box of it, bit-equal to ``rng.draw``.

    Args:
        words: uint32 ``(4,)``, the words of the key; may be traced.
        law: Static.
        shape: Global shape of the tensor; static. How it is cut is the compiler's choice.
        tables: From ``tables()``; an argument, so that it is no constant of the program.
        box: The part wanted, one ``(start, stop)`` a dimension; static; everything if not given.

    Returns:
        float32 of shape ``shape``, or of the box's.
    """
    integer = law.integer
    whole = tuple((0, length) for length in shape)
    indices = flat_indices(shape, whole if box is None else box)
    n = _numbers(integer, philox_words(words, indices), tables)
    scale: Array = jnp.asarray(integer.scale, dtype=jnp.float32)
    return jax.lax.bitcast_convert_type(n, jnp.int32).astype(jnp.float32) * scale


def flat_indices(shape: tuple[int, ...], box: Box) -> Wide:
    """The row-major index in ``shape`` of every element of ``box``, as 64-bit numbers."""
    sizes = tuple(stop - start for start, stop in box)
    first = sum(start * math.prod(shape[axis + 1 :]) for axis, (start, _) in enumerate(box))
    indices = integers.wide(first)
    for axis, length in enumerate(sizes):
        steps = jax.lax.broadcasted_iota(jnp.uint32, sizes, axis)
        if length > 1:
            indices = integers.add(indices, _times(steps, math.prod(shape[axis + 1 :])))
    return Wide(*(jnp.broadcast_to(half, sizes) for half in indices))


def philox_words(words: Array, indices: Wide) -> Array:
    """Word ``i`` of the stream for every index: lane ``i mod 4`` of Philox block ``i div 4``."""
    low = (indices.low >> 2) | (indices.high << 30)
    high = indices.high >> 2
    x = (low, high, jnp.broadcast_to(words[2], low.shape), jnp.broadcast_to(words[3], low.shape))
    k0, k1 = words[0], words[1]
    for step in range(philox.ROUNDS):
        x = _one_round(x, k0 + _weyl(step, philox.WEYL[0]), k1 + _weyl(step, philox.WEYL[1]))
    lane = indices.low & 3
    lower = jnp.where(lane == 0, x[0], x[1])
    return jnp.where(lane < 2, lower, jnp.where(lane == 2, x[2], x[3]))


def _one_round(
    x: tuple[Array, Array, Array, Array], k0: Array, k1: Array
) -> tuple[Array, Array, Array, Array]:
    m0, m1 = (word(multiplier) for multiplier in philox.MULTIPLIERS)
    return (
        integers.mulhi(x[2], m1) ^ x[1] ^ k0,
        x[2] * m1,
        integers.mulhi(x[0], m0) ^ x[3] ^ k1,
        x[0] * m0,
    )


def _weyl(step: int, weyl: int) -> Array:
    return word(step * weyl % 2**32)


def _times(steps: Array, stride: int) -> Wide:
    """``steps * stride`` for a stride below ``2**64``."""
    low, high = word(stride & 0xFFFFFFFF), word(stride >> 32)
    return Wide(steps * low, integers.mulhi(steps, low) + steps * high)


def _numbers(law: rng.IntegerLaw, drawn: Array, tables: Tables) -> Array:
    """The whole number of each word, modulo ``2**32`` (see ``rng.integers``)."""
    q = word(law.base) + integers.mulhi(drawn, word(law.span)) if law.span else drawn
    offset = word(law.offset % 2**32)
    if law.family == "lattice":
        return offset + (q << law.shift)
    upper = q >= word(2**31)
    z = _tail(jnp.where(upper, ~q, q), tables)
    z = (z + word((1 << law.shift) >> 1)) >> law.shift
    return jnp.where(upper, offset + z, offset - z)


def _tail(t: Array, tables: Tables) -> Array:
    """Magnitude of the unit normal law at distance ``t`` from the nearer end of the words."""
    nodes, drops = tables
    u = 2 * t + 1
    zeros = jax.lax.clz(u)
    m = u << zeros
    step = (m >> (31 - table.STEP_BITS)) & ((1 << table.STEP_BITS) - 1)
    k = ((31 - zeros) << table.STEP_BITS) + step
    f = m << (1 + table.STEP_BITS)
    return nodes[k] - integers.mulhi(drops[k], f)
