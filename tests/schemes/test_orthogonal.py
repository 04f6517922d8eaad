"""Orthonormal matrices: orthogonality to 1e-6, the shape factor, conventions, the Haar law."""

from math import sqrt
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from isometry import schemes
from isometry.parameters import Axes, Convention, Parameter
from tests.schemes.drawing import values
from tests.schemes.shapes import (
    bare,
    conv,
    conv_transpose,
    dense,
    experts,
    grouped,
    packed,
    recurrent,
    table,
    transposed,
)

TOLERANCE = 1e-6


def off_orthogonal(matrix: NDArray[Any]) -> float:
    """Largest distance of ``M Mᵀ`` or ``Mᵀ M``, the smaller of both, from the identity."""
    m = matrix.astype(np.float64)
    gram = m @ m.T if m.shape[0] <= m.shape[1] else m.T @ m
    return float(np.abs(gram - np.eye(len(gram))).max())


@pytest.mark.parametrize("shape", [(64, 64), (40, 90), (90, 40), (1, 5), (5, 1), (1, 1)])
def test_singular_values_keep_the_mean_square(shape: tuple[int, int]) -> None:
    weight = values(schemes.Orthogonal(), dense(*shape))
    factor = sqrt(max(1.0, shape[0] / shape[1]))
    assert off_orthogonal(weight / factor) < TOLERANCE


@pytest.mark.parametrize("shape", [(128, 512), (512, 128)])
def test_the_mean_square_of_a_random_input_is_kept(shape: tuple[int, int]) -> None:
    """A known defect elsewhere: reading ``(out, in)`` as ``(in, out)`` gives 0.25 and 4."""
    x = np.random.Generator(np.random.PCG64(0)).normal(size=(shape[1], 2000))
    y = values(schemes.Orthogonal(), dense(*shape)).astype(np.float64) @ x
    assert (y**2).mean() / (x**2).mean() == pytest.approx(1, abs=0.02)


def test_without_the_factor_tall_matrices_lose_variance() -> None:
    x = np.random.Generator(np.random.PCG64(0)).normal(size=(128, 2000))
    y = values(schemes.Orthogonal(correction=False), dense(512, 128)).astype(np.float64) @ x
    assert (y**2).mean() / (x**2).mean() == pytest.approx(0.25, abs=0.01)


def test_storage_order_does_not_matter_to_the_law() -> None:
    weight = values(schemes.Orthogonal(), transposed(40, 90))
    assert off_orthogonal(weight / sqrt(90 / 40)) < TOLERANCE


def test_a_kernel_is_orthogonal_as_a_matrix_of_filters() -> None:
    weight = values(schemes.Orthogonal(), conv(20, 4, 3, 3))
    assert off_orthogonal(weight.reshape(20, 36)) < TOLERANCE


@pytest.mark.parametrize("index", [0, 1, 2])
def test_each_packed_projection_is_orthogonal(index: int) -> None:
    weight = values(schemes.Orthogonal(), packed(32, 32, 32, 32)).reshape(3, 32, 32)
    assert off_orthogonal(weight[index]) < TOLERANCE


@pytest.mark.parametrize("index", [0, 1, 2, 3])
def test_each_gate_is_orthogonal(index: int) -> None:
    weight = values(schemes.Orthogonal(), recurrent(24)).reshape(4, 24, 24)
    assert off_orthogonal(weight[index]) < TOLERANCE


def test_gates_differ() -> None:
    weight = values(schemes.Orthogonal(), recurrent(24)).reshape(4, 24, 24)
    assert np.abs(weight[0] - weight[1]).max() > 0.1


@pytest.mark.parametrize("index", [0, 1])
def test_each_expert_is_orthogonal(index: int) -> None:
    weight = values(schemes.Orthogonal(), experts(2, 30, 30))
    assert off_orthogonal(weight[index]) < TOLERANCE


@pytest.mark.parametrize("index", [0, 1])
def test_each_group_is_orthogonal(index: int) -> None:
    weight = values(schemes.Orthogonal(), grouped(16, 8, 2, 3)).reshape(2, 8, 12)
    assert off_orthogonal(weight[index]) < TOLERANCE


@pytest.mark.parametrize(
    ("convention", "parameter", "rows"),
    [
        ("torch", dense(40, 90), (0, 1)),
        ("torch", conv(20, 4, 3), (0, 1, 2)),
        ("torch", conv_transpose(12, 4, 3, 2), (0, 1, 2, 3)),
        ("torch", packed(16, 16, 16, 16), (0, 1)),
        ("torch", experts(4, 6, 5), (0, 1, 2)),
        ("torch", table(20, 8), (0, 1)),
        ("torch", bare(6, 4, 5), (0, 1, 2)),
        ("keras", conv(20, 4, 3), (0, 1, 2)),
        ("keras", conv_transpose(12, 4, 3, 2), (0, 1, 2, 3)),
        ("keras", recurrent(8), (0, 1)),
        ("keras", bare(3, 3, 4, 20), (3, 0, 1, 2)),
        ("flax", conv_transpose(12, 4, 3, 2), (1, 0, 2, 3)),
        ("flax", bare(3, 3, 4, 20), (3, 0, 1, 2)),
    ],
)
def test_each_framework_has_its_own_rows(
    convention: Convention, parameter: Parameter, rows: tuple[int, ...]
) -> None:
    weight = values(schemes.Orthogonal(convention=convention), parameter).transpose(rows)
    assert off_orthogonal(weight.reshape(len(weight), -1)) < TOLERANCE


def test_the_conventions_differ_where_rows_differ() -> None:
    weight = values(schemes.Orthogonal(convention="flax"), conv_transpose(12, 4, 3, 2))
    assert off_orthogonal(weight.reshape(12, 36)) > 0.1


def test_no_framework_corrects_tall_matrices() -> None:
    weight = values(schemes.Orthogonal(2.0, convention="torch"), dense(90, 40))
    assert off_orthogonal(weight / 2) < TOLERANCE


def test_entries_have_the_haar_law() -> None:
    """The square of an entry of a unit vector in ``n`` dimensions is Beta(1/2, (n - 1)/2)."""
    entries = np.stack([values(schemes.Orthogonal(), dense(6, 6), seed) for seed in range(1000)])
    corner = entries[:, 3, 2].astype(np.float64) ** 2
    assert stats.kstest(corner, stats.beta(0.5, 2.5).cdf).pvalue > 1e-4
    assert stats.kstest(corner, stats.beta(0.5, 3.5).cdf).pvalue < 1e-4
    assert stats.binomtest(int((entries[:, 0, 0] > 0).sum()), 1000).pvalue > 1e-4


@pytest.mark.parametrize("parameter", [conv(12, 8, 3, 3), conv(8, 12, 5), conv(8, 8, 4)])
def test_delta_orthogonal_fills_one_tap(parameter: Parameter) -> None:
    weight = values(schemes.DeltaOrthogonal(correction=False), parameter)
    centre: Any = (..., *((k - 1) // 2 for k in parameter.shape[2:]))
    assert off_orthogonal(weight[centre]) < TOLERANCE
    assert np.count_nonzero(weight) == weight[centre].size


def test_delta_orthogonal_keeps_the_mean_square_of_wider_outputs() -> None:
    weight = values(schemes.DeltaOrthogonal(), conv(32, 8, 3))
    assert off_orthogonal(weight[:, :, 1] / 2) < TOLERANCE


@pytest.mark.parametrize("index", [0, 1])
def test_delta_orthogonal_groups(index: int) -> None:
    weight = values(schemes.DeltaOrthogonal(), grouped(8, 8, 2, 3)).reshape(2, 4, 4, 3)
    assert off_orthogonal(weight[index, :, :, 1]) < TOLERANCE


def test_delta_orthogonal_of_a_weight_without_a_kernel_is_orthogonal() -> None:
    assert off_orthogonal(values(schemes.DeltaOrthogonal(), dense(9, 9))) < TOLERANCE


def test_spectral_orthogonal_has_one_singular_value() -> None:
    weight = values(schemes.SpectralOrthogonal(), dense(40, 90)).astype(np.float64)
    singular = np.linalg.svd(weight, compute_uv=False)
    np.testing.assert_allclose(singular, sqrt(40 / 90), rtol=TOLERANCE)


@pytest.mark.parametrize("shape", [(400, 100), (100, 400), (300, 300)])
def test_spectral_has_the_norm_it_is_named_for(shape: tuple[int, int]) -> None:
    norm = np.linalg.norm(values(schemes.Spectral(), dense(*shape)).astype(np.float64), 2)
    # Finite-width corrections are of order n^(-2/3), 2 % here; without the constant it is 2.
    assert norm / sqrt(shape[0] / shape[1]) == pytest.approx(1, abs=0.05)


def test_lookup_tables_count_as_one_input() -> None:
    weight = Parameter("emb", (1000, 64), axes=Axes(inputs=(0,), outputs=(1,), lookup=True))
    assert schemes.Spectral().moments(weight).std == pytest.approx(8 / 9)


GROUPED_INPUTS = Parameter(
    "up.weight",
    (8, 2, 3),
    axes=Axes((1,), (0,), (2,), groups=4, groups_on="inputs", transposed=True),
)


def test_spectral_sees_one_group() -> None:
    alone = Parameter("up.weight", (2, 2, 3), axes=Axes((1,), (0,), (2,), transposed=True))
    assert schemes.Spectral().moments(GROUPED_INPUTS) == schemes.Spectral().moments(alone)


def test_spectral_of_nothing_is_nothing() -> None:
    assert schemes.Spectral().moments(dense(0, 4)).std == 0
