"""Every drop-in draws what the installed framework draws, and its neighbour does not."""

import numpy as np
import pytest

from tests.parity import jax_names, keras_names, measuring, torch_names
from tests.parity.measuring import Fixed, Row

# Keras's torch backend converts its tensors by a protocol that NumPy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ROWS = (*torch_names.ROWS, *keras_names.ROWS, *jax_names.ROWS)
FIXED = (*torch_names.FIXED, *keras_names.FIXED, *jax_names.FIXED)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.theirs)
def test_the_distribution_is_the_frameworks_and_not_its_neighbours(row: Row) -> None:
    ours, neighbour = measuring.judge(row)
    assert ours.same, ours
    assert neighbour.different, neighbour


@pytest.mark.parametrize("row", FIXED, ids=lambda row: row.theirs)
def test_what_is_not_random_is_equal(row: Fixed) -> None:
    assert np.array_equal(row.draw_theirs(), row.draw_ours())
