"""The recipes draw what the layers of torch, Keras and Flax draw when they are built."""

import numpy as np
import pytest

from tests.parity import flax_layers, keras_layers, measuring, torch_layers
from tests.parity.measuring import Fixed, Row

# Keras's torch backend converts its tensors by a protocol that NumPy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ROWS = (*torch_layers.ROWS, *keras_layers.ROWS, *flax_layers.ROWS)
FIXED = (*torch_layers.FIXED, *keras_layers.FIXED, *flax_layers.FIXED)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.theirs)
def test_a_recipe_draws_what_the_layer_draws_and_its_neighbour_does_not(row: Row) -> None:
    ours, neighbour = measuring.judge(row)
    assert ours.same, ours
    assert neighbour.different, neighbour


@pytest.mark.parametrize("row", FIXED, ids=lambda row: row.theirs)
def test_what_is_not_random_is_equal(row: Fixed) -> None:
    assert np.array_equal(np.ravel(row.draw_theirs()), np.ravel(row.draw_ours()))
