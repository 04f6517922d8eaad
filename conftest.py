"""What every test run has in common: no chance, no network, no framework that is not there."""

import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

# Keras chooses its backend when it is first imported.
os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

# The same examples every time: a failure on one machine is a failure on all.
settings.register_profile("same-everywhere", derandomize=True, deadline=None, database=None)
settings.load_profile("same-everywhere")

FRAMEWORKS = ("jax", "keras", "torch")
SOURCE = Path(__file__).parent / "src" / "isometry"


def without_its_framework(path: Path, *, installed: frozenset[str]) -> bool:
    """Whether a source file belongs to a framework that is not installed.

    Args:
        path: A file or folder below the source.
        installed: The frameworks that can be imported.

    Returns:
        True for the facade of a missing framework and for everything in its folder.
    """
    if not path.is_relative_to(SOURCE):
        return False
    parts = tuple(part.removesuffix(".py") for part in path.relative_to(SOURCE).parts)
    owner = parts[1:2] if parts[:1] == ("frameworks",) else parts[:1]
    return bool(set(owner) & set(FRAMEWORKS) - installed)


INSTALLED = frozenset(name for name in FRAMEWORKS if find_spec(name) is not None)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the examples of a framework that is not installed."""
    return without_its_framework(collection_path, installed=INSTALLED) or None


@pytest.hookimpl(tryfirst=True)
def pytest_collect_file(file_path: Path) -> None:
    """Import a source file as its user would, before pytest does.

    Pytest would otherwise run the file a second time beside the package that has already loaded it,
    and an error class would not be the one that a test expects.
    """
    if file_path.is_relative_to(SOURCE) and file_path.suffix == ".py":
        parts = file_path.relative_to(SOURCE.parent).with_suffix("").parts
        import_module(".".join(part for part in parts if part != "__init__"))
