"""The jnp engine gives the reference's bits, element for element."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isometry import rng
from isometry.frameworks.jax import engine

KEY = rng.derive_key(11, "fc.weight")
WORDS = jnp.array(KEY.words, dtype=jnp.uint32)
LAWS = [
    rng.Uniform(-0.1, 0.1),
    rng.Uniform(0.0, 1.0),
    rng.Uniform(-3.0, -1.0),
    rng.Normal(0.0, 0.02),
    rng.Normal(1.0, 0.02),
    rng.Normal(-5.0, 1e-4),
    rng.TruncatedNormal(0.0, 1.0, -2.0, 2.0),
    rng.TruncatedNormal.from_sigmas(0.02, exact_std=True),
    rng.TruncatedNormal(0.5, 2.0, -1.0, float("inf")),
    rng.Sign(0.25),
    rng.Constant(0.7),
    rng.Constant(0.0),
]
DRAW = jax.jit(engine.draw, static_argnums=(1, 2), static_argnames="box")


def bits(values: object) -> list[int]:
    return list(np.asarray(values, dtype=np.float32).ravel().view(np.uint32).tolist())


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_every_law_has_the_references_bits(law: rng.Law) -> None:
    drawn = DRAW(WORDS, law, (401, 13), engine.tables())
    assert bits(drawn) == bits(rng.draw(KEY, law, 0, 401 * 13))


@pytest.mark.parametrize("shape", [(), (0,), (1,), (5,), (3, 0, 2), (2, 1, 3, 1), (7, 5, 3, 2)])
def test_every_shape_is_row_major(shape: tuple[int, ...]) -> None:
    law = rng.Normal()
    drawn = DRAW(WORDS, law, shape, engine.tables())
    assert drawn.shape == shape
    assert bits(drawn) == bits(rng.draw(KEY, law, 0, math.prod(shape)))


@settings(max_examples=15, deadline=None)
@given(
    origin=st.tuples(st.integers(0, 2**20 - 3), st.integers(0, 2**22 - 5)),
    words=st.tuples(*[st.integers(0, 2**32 - 1)] * 4),
)
def test_a_box_far_out_has_the_bits_of_the_whole(
    origin: tuple[int, int], words: tuple[int, int, int, int]
) -> None:
    shape, law, key = (2**20, 2**22), rng.Normal(0.0, 0.5), rng.Key(words)
    box = ((origin[0], origin[0] + 3), (origin[1], origin[1] + 5))
    drawn = engine.draw(jnp.array(words, jnp.uint32), law, shape, engine.tables(), box=box)
    rows = [rng.draw(key, law, row * shape[1] + origin[1], 5) for row in range(*box[0])]
    assert bits(drawn) == bits(np.stack(rows))


def test_the_tails_of_the_words_have_the_references_numbers() -> None:
    law = rng.Normal().integer
    words = np.array([0, 1, 2, 3, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1], dtype=np.uint32)
    numbers = np.asarray(engine._numbers(law, jnp.asarray(words), engine.tables()))
    assert numbers.view(np.int32).tolist() == [law.number(int(word)) for word in words]


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float8_e4m3fn", "float8_e5m2"])
def test_narrow_dtypes_are_the_float32_value_rounded_once(dtype: str) -> None:
    law = rng.Normal(0.0, 0.02)
    wanted = jnp.dtype(dtype)
    drawn = np.asarray(DRAW(WORDS, law, (4096,), engine.tables()).astype(wanted))
    assert drawn.tobytes() == rng.cast(rng.draw(KEY, law, 0, 4096), wanted).tobytes()


def test_another_key_has_other_bits() -> None:
    law = rng.Normal()
    other = jnp.array(rng.derive_key(12, "fc.weight").words, dtype=jnp.uint32)
    assert bits(DRAW(other, law, (8,), engine.tables())) != bits(rng.draw(KEY, law, 0, 8))
