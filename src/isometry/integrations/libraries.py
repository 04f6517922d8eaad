"""Libraries that are loaded when they are used, and named where they are missing."""

import importlib
from typing import Any

from isometry import errors


def library(module: str, package: str) -> Any:
    """A module of a library.

    Args:
        module: Its name.
        package: What pip calls the library.

    Returns:
        The module.

    Raises:
        MissingDependencyError: The library is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as problem:
        raise errors.MissingDependencyError(
            f"{module} cannot be loaded ({problem})",
            needed=f"the library {package}",
            do=f"pip install {package}",
        ) from problem
