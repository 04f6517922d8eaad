"""How many weights are zero, and where."""

from math import ceil
from typing import Any

import numpy as np
import pytest
from scipy import stats

from isometry import schemes
from tests.schemes.drawing import values
from tests.schemes.shapes import dense, packed


@pytest.mark.parametrize("sparsity", [0.0, 0.1, 0.33, 0.9, 1.0])
@pytest.mark.parametrize(("per", "axis", "length"), [("input", 0, 50), ("output", 1, 30)])
def test_every_line_has_as_many_zeros(sparsity: float, per: Any, axis: int, length: int) -> None:
    weight = values(schemes.Sparse(sparsity, per=per), dense(50, 30))
    np.testing.assert_array_equal((weight == 0).sum(axis=axis), ceil(sparsity * length))


@pytest.mark.parametrize(("inputs", "expected"), [(100, 15), (15, 15), (7, 7)])
def test_every_unit_has_as_many_connections(inputs: int, expected: int) -> None:
    weight = values(schemes.SparseConnections(), dense(20, inputs))
    np.testing.assert_array_equal((weight != 0).sum(axis=1), expected)


def test_every_place_is_as_likely() -> None:
    weight = values(schemes.Sparse(0.9, per="output"), dense(20_000, 10))
    counts = (weight != 0).sum(axis=0)
    # The ten counts add up to 20,000, one in each row, so this is a fair die thrown so often.
    assert stats.chisquare(counts).pvalue > 1e-4


def test_values_do_not_depend_on_their_place() -> None:
    """The smallest words stand at the kept places, so the values must come from other words."""
    weight = values(schemes.Sparse(0.9, std=1.0), dense(1000, 200))
    kept = weight[weight != 0].astype(np.float64)
    assert stats.kstest(kept, stats.norm.cdf).pvalue > 1e-4


def test_each_projection_is_sparse_on_its_own() -> None:
    weight = values(schemes.Sparse(0.5), packed(20, 20, 20, 20)).reshape(3, 20, 20)
    np.testing.assert_array_equal((weight == 0).sum(axis=1), 10)
