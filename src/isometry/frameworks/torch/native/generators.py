"""Global generators, left as they were."""

import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from isometry import errors

__all__ = ["generators_kept"]


@contextmanager
def generators_kept() -> Iterator[None]:
    """Torch's, NumPy's and Python's generators as they were, whatever the code does to them.

    Numbers that the code takes from NumPy or Python cannot be told from data, so they are recorded
    as they came; a warning says so.
    """
    torch_state, python_state = torch.get_rng_state(), random.getstate()
    numpy_state: Any = np.random.get_state()  # noqa: NPY002 - the global generator is what is kept
    try:
        yield
        if random.getstate() != python_state or _moved(numpy_state):
            _warn()
    finally:
        torch.set_rng_state(torch_state)
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002 - the global generator is what is kept


def _moved(state: Any) -> bool:
    now: Any = np.random.get_state()  # noqa: NPY002 - the global generator is what is kept
    return bool(now[2] != state[2] or (now[1] != state[1]).any())


def _warn() -> None:
    warnings.warn(
        "the model's code drew from NumPy's or Python's global generator; "
        "values that come from there are recorded as they came, once for all seeds",
        errors.IsometryWarning,
        stacklevel=2,
    )
