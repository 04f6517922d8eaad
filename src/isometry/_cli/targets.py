"""What ``MODEL`` on the command line names: a factory in a module or file, or a config."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from isometry import errors

FORMS = "pkg.mod:factory, path/to/file.py:factory, or transformers:config.json"

Factory = Callable[[], Any]


def factory(target: str) -> Factory:
    """The function of no arguments that builds the model ``target`` names; nothing is built yet.

    Args:
        target: In one of the three forms.

    Returns:
        The function.

    Raises:
        InputError: The text has none of the known forms.
        ModelError: The module or file cannot be imported, or has no such name.
    """
    source, _, name = target.rpartition(":")
    if not source or not name:
        raise errors.InputError(
            f"the model {target!r} has no colon", needed=FORMS, do="name a factory"
        )
    if source == "transformers":
        return _transformers_factory(Path(name))
    return _callable(_load(source), name, target)


def _transformers_factory(config: Path) -> Factory:
    from isometry.frameworks.torch import targets as torch_targets  # noqa: PLC0415 - loads torch

    return torch_targets.transformers_factory(config)


def _load(source: str) -> ModuleType:
    try:
        return _load_file(Path(source)) if source.endswith(".py") else _load_module(source)
    except errors.IsometryError:
        raise
    except Exception as cause:
        raise errors.ModelError(
            f"importing it raised {type(cause).__name__}: {cause}",
            needed="a module that can be imported",
            do="run it in Python first and mend what it reports",
            path=source,
        ) from cause


def _load_module(name: str) -> ModuleType:
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    return importlib.import_module(name)


def _load_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise errors.ModelError(
            "no such file",
            needed=FORMS,
            do="check the path, relative to this folder",
            path=str(path),
        )
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    return module


def _callable(module: ModuleType, name: str, target: str) -> Factory:
    found = getattr(module, name, None)
    if not callable(found):
        names = ", ".join(
            sorted(key for key, value in vars(module).items() if _offers(module, value))
        )
        raise errors.ModelError(
            f"there is no factory {name!r}",
            needed=f"a function or class of no arguments; found: {names or 'none'}",
            do="name one of these",
            path=target,
        )
    return found  # type: ignore[no-any-return]  # narrowed by callable() to an unknown signature


def _offers(module: ModuleType, value: object) -> bool:
    return callable(value) and getattr(value, "__module__", None) == module.__name__
