"""The pytest plugin: a fixture that fails a test where a model is badly started.

Pytest finds it by itself where isometry is installed; ``-p no:isometry`` leaves it out.
"""

from collections.abc import Callable
from typing import Any

import pytest

import isometry


@pytest.fixture(scope="session")
def assert_well_initialized() -> Callable[..., Any]:
    """The function :func:`isometry.assert_well_initialized`, for tests that import nothing."""
    return isometry.assert_well_initialized
