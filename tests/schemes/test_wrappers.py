"""Schemes made from others, and recorded values."""

from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from isometry import rng, schemes
from isometry.parameters import Axes, Blocks, Parameter
from isometry.schemes import Elementwise, Pieces, Scheme, Whole
from isometry.schemes.draws import moved
from isometry.schemes.wrappers import scaled_law
from tests.schemes.drawing import values
from tests.schemes.shapes import bare, conv, dense, packed, table


@pytest.mark.parametrize(
    "fill",
    [
        schemes.Constant(0.5),
        schemes.Sign(0.5),
        schemes.Uniform(-1.0, 3.0),
        schemes.Normal(0.5, 2.0),
        schemes.TruncatedNormal(0.0, 1.0, -1.0, 2.0),
        schemes.Orthogonal(),
        schemes.Gates(schemes.Normal(), (("k", schemes.Orthogonal()),)),
    ],
    ids=lambda fill: fill.name,
)
def test_scaling_by_a_power_of_two_is_exact(fill: Scheme) -> None:
    parameter = packed(8, 8, 8, 8)
    scaled = values(schemes.Scaled(fill, 0.25), parameter)
    np.testing.assert_array_equal(scaled, values(fill, parameter) / 4)


def test_a_scaled_law_keeps_its_bounds_in_proportion() -> None:
    law = scaled_law(rng.TruncatedNormal(0.0, 1.0, -1.0, 2.0), 0.5)
    assert law == rng.TruncatedNormal(0.0, 0.5, -0.5, 1.0)


@pytest.mark.parametrize(
    ("parameter", "axis"), [(dense(8, 16), 1), (conv(8, 16, 3), 1), (packed(16, 8, 8), 1)]
)
def test_centred_weights_sum_to_zero_over_their_inputs(parameter: Parameter, axis: int) -> None:
    weight = values(schemes.Centred(schemes.Normal()), parameter)
    assert np.abs(weight.sum(axis=axis)).max() < 1e-5
    assert np.abs(values(schemes.Normal(), parameter).sum(axis=axis)).max() > 1


def test_centring_takes_the_mean_and_nothing_else() -> None:
    drawn = values(schemes.Normal(), dense(8, 16)).astype(np.float64)
    expected = drawn - drawn.mean(axis=1, keepdims=True)
    found = values(schemes.Centred(schemes.Normal()), dense(8, 16))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_single_input_centred_is_nothing() -> None:
    assert schemes.Centred(schemes.Normal()).moments(dense(4, 1)).std == 0
    np.testing.assert_array_equal(values(schemes.Centred(schemes.Normal()), dense(4, 1)), 0)


def test_a_permutation_keeps_every_value() -> None:
    order = values(schemes.Permuted(schemes.Values.of(np.arange(100))), bare(100))
    assert order.dtype == np.int64
    assert sorted(order) == list(range(100))
    assert (order != np.arange(100)).sum() > 80


def test_a_permutation_moves_whole_slices() -> None:
    fill = schemes.Values.of(np.arange(60.0).reshape(3, 20))
    found = values(schemes.Permuted(fill, axis=1), bare(3, 20))
    np.testing.assert_array_equal(found - found[0], [[0.0] * 20, [20.0] * 20, [40.0] * 20])


def test_every_order_is_as_likely() -> None:
    fill = schemes.Permuted(schemes.Values.of(np.arange(3)))
    orders = [tuple(values(fill, bare(3), seed)) for seed in range(1200)]
    counts = [orders.count(order) for order in sorted(set(orders))]
    # Six orders, 200 each; one count is 6 standard errors off once in 5e8.
    assert len(counts) == 6
    assert max(abs(count - 200) for count in counts) < 6 * 13


@pytest.mark.parametrize("row", [2, -5])
def test_a_row_has_its_value_and_the_others_their_fill(row: int) -> None:
    found = values(schemes.Rows(schemes.Normal(), (row,), 0.5), table(7, 4))
    plain = values(schemes.Normal(), table(7, 4))
    np.testing.assert_array_equal(found[2], 0.5)
    np.testing.assert_array_equal(np.delete(found, 2, 0), np.delete(plain, 2, 0))


def test_a_row_named_twice_is_one_row() -> None:
    scheme = schemes.Rows(schemes.Normal(), (2, -5))
    assert np.count_nonzero(values(scheme, table(7, 4))) == 24


def test_no_rows_leave_the_fill_as_it_is() -> None:
    found = values(schemes.Rows(schemes.Normal(), ()), table(7, 4))
    np.testing.assert_array_equal(found, values(schemes.Normal(), table(7, 4)))


def test_the_padding_row_is_zero() -> None:
    found = values(schemes.Padded(schemes.Normal()), table(7, 4, padding=3))
    assert np.flatnonzero(~found.any(axis=1)).tolist() == [3]


def test_pieces_inside_pieces_lie_where_they_belong() -> None:
    inner = Pieces(
        Elementwise(rng.Constant(0.0)), moved(Elementwise(rng.Constant(1.0)), ((1, 2),), "b")
    )
    found = [(piece.box, piece.name) for piece in moved(inner, ((4, 8),), "a")]
    assert found == [(((4, 8),), "a"), (((5, 6),), "a.b")]


def test_blocks_of_unequal_size_have_fans_of_their_own() -> None:
    """Grouped-query attention: keys and values have fewer outputs than queries."""
    weight = packed(64, 64, 16, 16)
    draw = schemes.GLOROT_NORMAL.draw(weight)
    assert isinstance(draw, Pieces)
    laws = [piece.draw.law for piece in draw.pieces if isinstance(piece.draw, Elementwise)]
    assert laws == [rng.Normal(0.0, (2 / (64 + size)) ** 0.5) for size in (64, 16, 16)]


def test_blocks_of_equal_law_are_one_law() -> None:
    assert schemes.HE_NORMAL.draw(packed(64, 64, 16, 16)) == Elementwise(
        rng.Normal(0.0, 2**0.5 / 8)
    )


DTYPES = ["bool", "int8", "int64", "uint8", "float16", "float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_recorded_values_come_back_bit_for_bit(dtype: str, data: st.DataObject) -> None:
    shapes = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
    array = data.draw(arrays.arrays(dtype, shapes))
    scheme = schemes.from_json(schemes.to_json(schemes.Values.of(array)))
    draw = scheme.draw(bare(*array.shape))
    assert isinstance(draw, Whole)
    found = draw.compute(rng.derive_key(0, "any"))
    assert (found.dtype.name, found.shape, found.tobytes()) == (dtype, array.shape, array.tobytes())


@pytest.mark.parametrize("dtype", ["bfloat16", "float8_e4m3fn"])
def test_recorded_low_precision_comes_back(dtype: str) -> None:
    array = np.arange(5).astype(getattr(ml_dtypes, dtype))
    found: Any = schemes.Values.of(array).array()
    assert (found.dtype, found.tolist()) == (array.dtype, array.tolist())


def test_recorded_values_do_not_depend_on_the_order_of_bytes_or_axes() -> None:
    array = np.arange(6, dtype=">i4").reshape(2, 3)
    assert schemes.Values.of(array) == schemes.Values.of(np.asfortranarray(array.astype("<i4")))


def test_moments_of_nothing() -> None:
    assert schemes.Values.of(np.zeros((0, 3))).moments(bare(0, 3)) == schemes.Moments(0, 0, 1)


def test_an_empty_block_is_a_block_of_nothing() -> None:
    axes = Axes((0,), (1,), blocks=Blocks(0, ("q", "k"), (4, 4)))
    weight = Parameter("w", (8, 0), axes=axes)
    assert schemes.Gates(schemes.Normal()).moments(weight) == schemes.Moments(0, 0, 1)


def test_a_permutation_of_pieces_permutes_their_values() -> None:
    patched = schemes.Patchwork(schemes.Constant(1.0), (((0, 2),),), (schemes.Constant(3.0),))
    found = values(schemes.Permuted(patched), bare(50))
    assert sorted(found) == [1.0] * 48 + [3.0] * 2


def test_orders_along_two_axes_are_independent() -> None:
    grid = schemes.Values.of(np.arange(64.0).reshape(8, 8))
    found = values(schemes.Permuted(schemes.Permuted(grid), axis=1), bare(8, 8))
    rows, columns = found[:, 0] // 8, found[0] % 8
    assert (rows != columns).any()
