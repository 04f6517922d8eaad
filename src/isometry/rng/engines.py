"""Which engine fills. The choice never changes a bit."""

import importlib
import importlib.util
import sys
from typing import Literal, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from isometry import errors
from isometry.rng import reference
from isometry.rng.boxes import Runs
from isometry.rng.integers import IntegerLaw
from isometry.rng.keys import Key
from isometry.rng.reflections import Reflections

Name = Literal["auto", "numpy", "compiled"]

WORTH_LOADING = 2**22
"""Elements from which a fill repays loading the compiled engine (about half a second)."""
WORTH_CALLING = 2**16
"""Elements from which a fill repays calling it once it is loaded."""
COMPILER = "numba"
COMPILED_MODULE = "isometry.rng.compiled"


class Engine(Protocol):
    """What fills arrays of any supported dtype; a module will do."""

    def fill(
        self, out: NDArray[np.generic], key: Key, law: IntegerLaw, start: int, crew: int
    ) -> None:
        """Write the elements from ``start`` on into a one-dimensional array."""

    def fill_runs(
        self, out: NDArray[np.generic], runs: Runs, key: Key, law: IntegerLaw, crew: int
    ) -> None:
        """Write runs of equal length into the columns ``runs.place`` of a matrix."""

    def reflect(
        self, q: NDArray[np.float64], first: int, stop: int, reflections: Reflections
    ) -> None:
        """Apply all reflections, last to first, then the signs, to columns ``first .. stop``."""


def select(name: Name, size: int) -> Engine:
    """The engine of that name for a fill of ``size`` elements.

    Args:
        name: Which, or ``"auto"``.
        size: Elements to be filled.

    Returns:
        The reference or the compiled engine.

    Raises:
        InputError: No engine has that name.
        MissingDependencyError: The compiled engine is asked for and numba is not installed.
    """
    match name:
        case "numpy":
            return reference
        case "compiled":
            return compiled()
        case "auto":
            return compiled() if pays(size) else reference
    raise errors.InputError(
        f"engine is {name!r}", needed="'auto', 'numpy' or 'compiled'", do="leave engine='auto'"
    )


def pays(size: int) -> bool:
    """Whether a fill of ``size`` elements is done sooner by the compiled engine."""
    if COMPILED_MODULE in sys.modules:
        return size >= WORTH_CALLING
    return size >= WORTH_LOADING and importlib.util.find_spec(COMPILER) is not None


def compiled() -> Engine:
    """The compiled engine, loaded at its first use: the one place that imports it.

    Returns:
        The module ``compiled``.

    Raises:
        MissingDependencyError: numba is not installed.
    """
    try:
        return cast(Engine, importlib.import_module(COMPILED_MODULE))
    except ImportError as error:
        raise errors.MissingDependencyError(
            "the compiled engine cannot be loaded",
            needed="numba",
            do="pip install 'isometry[fast]', or pass engine='numpy' for the same bits",
        ) from error
