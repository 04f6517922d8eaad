from types import SimpleNamespace

import numba
import numpy as np
import pytest

from isometry.rng import kernels


def double(number: int) -> int:
    return 2 * number


def test_a_loop_is_compiled_without_a_cache_where_none_can_be_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    njit = numba.njit

    def refusing(*, nogil: bool, cache: bool = False) -> object:
        return {True: unwritable, False: njit(nogil=nogil)}[cache]

    def unwritable(_loop: object) -> None:
        raise RuntimeError("no locator available")

    monkeypatch.setattr(kernels, "numba", SimpleNamespace(njit=refusing))
    assert kernels._compiled(double)(21) == 42


STEP = 1.0 + 2.0**-30
SQUARE = 1.0 + 2.0**-29
"""The square of STEP without its last 2**-60, which rounding drops and a fused operation keeps."""


@pytest.mark.parametrize("row", [0, 8])
def test_a_dot_product_rounds_each_product(row: int) -> None:
    u, panel, dots = np.zeros(10), np.zeros((10, kernels.PANEL)), np.empty(kernels.PANEL)
    u[row : row + 2], panel[row], panel[row + 1] = (-1.0, STEP), SQUARE, STEP
    kernels._dot(dots, u, panel)
    assert (dots == 0.0).all()


def test_a_reflection_rounds_each_product() -> None:
    panel = np.full((10, kernels.PANEL), SQUARE)
    kernels._subtract(panel, np.full(10, STEP), np.full(kernels.PANEL, STEP))
    assert (panel == 0.0).all()
