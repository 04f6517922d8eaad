"""What is written is what the drawing says: the package that writes, against the tests' own."""

import numpy as np
import pytest

from isometry import plans, weights
from tests.schemes.cases import SMALL
from tests.schemes.drawing import values


@pytest.mark.parametrize("name", SMALL)
def test_written_values_are_the_drawn_ones(name: str) -> None:
    scheme, parameter = SMALL[name]
    written = weights.values(plans.Assignment(parameter, scheme, "a test", "a test"), 7)
    expected = values(scheme, parameter, seed=7).astype(np.float32)
    np.testing.assert_array_equal(written, expected)
