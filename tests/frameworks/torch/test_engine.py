"""The engine in torch operations gives the reference's bits."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from isometry import rng
from isometry.frameworks.torch import engine

LAWS: list[rng.Law] = [
    rng.Normal(),
    rng.Normal(std=0.02),
    rng.Normal(mean=1.0, std=0.5),
    rng.Uniform(-0.1, 0.1),
    rng.Uniform(0.25, 3.0),
    rng.TruncatedNormal(0.0, 0.02, -0.04, 0.04),
    rng.TruncatedNormal(0.5, 1.0, 0.0, float("inf")),
    rng.Sign(0.3),
    rng.Constant(0.1),
]

laws = st.sampled_from(LAWS)
keys = st.builds(rng.derive_key, st.integers(0, 2**64 - 1), st.text(max_size=9))


@given(keys, laws, st.integers(0, 2**62), st.integers(0, 70))
def test_it_draws_what_the_reference_draws(
    key: rng.Key, law: rng.Law, start: int, count: int
) -> None:
    out = torch.full((count,), torch.nan)
    engine.fill(out, key, law, start=start)
    assert out.numpy().tobytes() == rng.draw(key, law, start, count).tobytes()


@given(keys, st.integers(0, 2**65), st.integers(0, 20))
def test_words_far_into_the_stream(key: rng.Key, start: int, count: int) -> None:
    found = engine.words(key, start, count)
    assert found.tolist() == rng.words(key, start, count).tolist()


@given(keys, laws, st.data())
def test_a_box_is_that_part_of_the_whole(key: rng.Key, law: rng.Law, data: st.DataObject) -> None:
    whole = rng.draw(key, law, 0, 5 * 7).reshape(5, 7)
    rows = data.draw(st.tuples(st.integers(0, 5), st.integers(0, 5)).map(sorted))
    columns = data.draw(st.tuples(st.integers(0, 3), st.integers(4, 7)))
    runs = [[(rows[0], rows[1])], [(0, columns[0]), (columns[1], 7)]]
    chosen = [*range(columns[0]), *range(columns[1], 7)]
    out = torch.full((rows[1] - rows[0], len(chosen)), torch.nan)
    engine.fill_box(out, key, law, shape=(5, 7), runs=runs)
    assert np.array_equal(out.numpy(), whole[rows[0] : rows[1]][:, chosen])


@pytest.mark.parametrize("law", LAWS)
def test_chunks_join(law: rng.Law, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CHUNK", 10)
    key = rng.derive_key(0, "w")
    out = torch.full((3, 4, 13), torch.nan)
    engine.fill(out, key, law)
    assert np.array_equal(out.numpy().ravel(), rng.draw(key, law, 0, 3 * 4 * 13))


def test_strides_do_not_matter() -> None:
    key = rng.derive_key(0, "w")
    out = torch.full((7, 3), torch.nan).t()
    engine.fill(out, key, rng.Normal())
    assert np.array_equal(out.numpy().ravel(), rng.draw(key, rng.Normal(), 0, 21))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float8_e4m3fn])
def test_other_dtypes_are_float32_rounded_once(dtype: torch.dtype) -> None:
    key = rng.derive_key(0, "w")
    out = torch.zeros(1000, dtype=dtype)
    engine.fill(out, key, rng.Normal(std=0.5))
    exact = torch.from_numpy(rng.draw(key, rng.Normal(std=0.5), 0, 1000))
    assert torch.equal(out.view(torch.uint8), exact.to(dtype).view(torch.uint8))


def test_another_key_gives_other_values() -> None:
    one, other = torch.zeros(100), torch.zeros(100)
    engine.fill(one, rng.derive_key(0, "w"), rng.Normal())
    engine.fill(other, rng.derive_key(1, "w"), rng.Normal())
    assert not torch.equal(one, other)
