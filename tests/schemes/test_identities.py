"""Schemes that hand the signal on: identities, Dirac, ZerO, Hadamard, IDInit, tanh identity."""

from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import hadamard

from isometry import schemes
from isometry.schemes.hadamard import corner_sum, hadamard_corner
from tests.schemes.drawing import values
from tests.schemes.shapes import conv, dense, experts, grouped, recurrent


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3)])
def test_identity_is_an_eye(shape: tuple[int, int]) -> None:
    np.testing.assert_array_equal(values(schemes.Identity(2.0), dense(*shape)), 2 * np.eye(*shape))


def test_each_gate_is_an_identity() -> None:
    weight = values(schemes.Identity(), recurrent(3)).reshape(4, 3, 3)
    np.testing.assert_array_equal(weight, np.broadcast_to(np.eye(3), (4, 3, 3)))


def test_each_expert_is_an_identity() -> None:
    weight = values(schemes.Identity(), experts(2, 3, 4))
    np.testing.assert_array_equal(weight, np.broadcast_to(np.eye(3, 4), (2, 3, 4)))


def circular(weight: NDArray[Any], x: NDArray[Any], groups: int = 1) -> NDArray[Any]:
    """A circular convolution (as correlation) whose centre is tap ``size // 2``."""
    out = np.zeros((weight.shape[0], x.shape[1]))
    per_out, per_in = weight.shape[0] // groups, weight.shape[1]
    for o in range(weight.shape[0]):
        for i in range(per_in):
            channel = o // per_out * per_in + i
            for tap in range(weight.shape[2]):
                out[o] += weight[o, i, tap] * np.roll(x[channel], weight.shape[2] // 2 - tap)
    return out


@pytest.mark.parametrize(("groups", "kernel"), [(1, 3), (2, 3), (4, 5), (1, 4)])
def test_dirac_hands_channels_on(groups: int, kernel: int) -> None:
    x = np.random.Generator(np.random.PCG64(0)).normal(size=(8, 16))
    weight = values(schemes.Dirac(), grouped(8, 8, groups, kernel))
    np.testing.assert_allclose(circular(weight, x, groups), x)


@pytest.mark.parametrize("kernel", [3, 4, 5])
def test_dirac_is_the_kernel_of_torch(kernel: int) -> None:
    torch: Any = pytest.importorskip("torch")
    expected = torch.nn.init.dirac_(torch.empty(8, 2, kernel, kernel), groups=2).numpy()
    found = values(schemes.Dirac(), grouped(8, 4, 2, kernel, kernel))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("outputs", "ratio"), [(64, 2.0), (128, 2.0), (256, 2.0), (300, 1.171875), (512, 2.0)]
)
def test_zero_init_multiplies_norms_as_stated(outputs: int, ratio: float) -> None:
    weight = values(schemes.ZerO(), dense(outputs, 32)).astype(np.float64)
    np.testing.assert_allclose((weight**2).sum(axis=0), ratio, rtol=1e-6)


@pytest.mark.parametrize("shape", [(8, 8), (4, 9)])
def test_zero_init_is_an_identity_where_outputs_do_not_outnumber_inputs(
    shape: tuple[int, int],
) -> None:
    np.testing.assert_array_equal(values(schemes.ZerO(), dense(*shape)), np.eye(*shape))


def test_zero_init_fills_the_central_tap() -> None:
    weight = values(schemes.ZerO(), conv(8, 4, 3, 3))
    assert np.count_nonzero(weight) == np.count_nonzero(weight[:, :, 1, 1]) == 32


@given(exponent=st.integers(0, 7))
def test_a_full_corner_is_the_sylvester_matrix(exponent: int) -> None:
    side = 2**exponent
    np.testing.assert_array_equal(hadamard_corner(side, side), hadamard(side))


@given(rows=st.integers(0, 70), columns=st.integers(0, 70))
def test_the_sum_of_a_corner_is_counted_right(rows: int, columns: int) -> None:
    assert corner_sum(128, rows, columns) == hadamard(128)[:rows, :columns].sum()


@pytest.mark.parametrize("shape", [(64, 64), (64, 40), (40, 64)])
def test_hadamard_is_orthogonal_where_the_long_side_is_a_power_of_two(
    shape: tuple[int, int],
) -> None:
    weight = values(schemes.Hadamard(), dense(*shape)).astype(np.float64)
    gram = weight @ weight.T if shape[0] <= shape[1] else weight.T @ weight
    factor = max(1.0, shape[0] / shape[1])
    np.testing.assert_allclose(gram, factor * np.eye(len(gram)), atol=1e-6)


@pytest.mark.parametrize("shape", [(10, 4), (4, 10), (6, 6), (12, 3)])
def test_idinit_tiles_an_identity(shape: tuple[int, int]) -> None:
    i, j = np.indices(shape)
    expected = (i % min(shape) == j % min(shape)) * 0.5
    np.testing.assert_array_equal(values(schemes.IDInit(0.5), dense(*shape)), expected)


@pytest.mark.parametrize("shape", [(10, 4), (4, 10)])
def test_idinit_alternates_tiles(shape: tuple[int, int]) -> None:
    weight = values(schemes.ZERO_BRANCH, dense(*shape))
    long = weight if shape[0] > shape[1] else weight.T
    signs = np.sign(long.sum(axis=1))
    np.testing.assert_array_equal(signs, [1, 1, 1, 1, -1, -1, -1, -1, 1, 1])
    np.testing.assert_allclose(np.abs(long).sum(axis=1), 1e-6, rtol=1e-6)


def test_idinit_wanders_through_the_patch() -> None:
    weight = values(schemes.IDInit(), conv(6, 2, 3)).reshape(6, 6)
    np.testing.assert_array_equal(weight, np.eye(6))


def deep_tanh(scheme: schemes.Scheme, layers: int) -> NDArray[np.float64]:
    x = np.random.Generator(np.random.PCG64(3)).normal(size=(64, 64))
    parameter = dense(64, 64)
    for seed in range(layers):
        x = np.tanh(values(scheme, parameter, seed).astype(np.float64) @ x)
    return x


def test_a_signal_survives_a_thousand_narrow_tanh_layers() -> None:
    assert deep_tanh(schemes.TanhIdentity(), 1000).std() > 0.05


def test_the_control_of_glorot_dies() -> None:
    assert deep_tanh(schemes.GLOROT_NORMAL, 1000).std() < 1e-3


def test_tanh_identity_tiles_a_tall_matrix() -> None:
    weight = values(schemes.TanhIdentity(std=0.0), dense(10, 4))
    np.testing.assert_array_equal(weight, np.tile(np.eye(4), (3, 1))[:10])


def test_the_noise_of_the_tanh_identity_has_its_std() -> None:
    noise = values(schemes.TanhIdentity(), dense(400, 400)).astype(np.float64) - np.eye(400)
    # One standard error is 0.18 %.
    assert noise.std() * sqrt(400) == pytest.approx(0.085, rel=0.01)
