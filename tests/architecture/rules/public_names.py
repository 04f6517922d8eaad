"""What a user may import: every public package and its ``__all__``."""

import importlib
import inspect
from types import ModuleType

FACADES = ("isometry.integrations", "isometry.jax", "isometry.keras", "isometry.torch")


def surface() -> list[str]:
    """The full name of everything public, sorted."""
    packages = [f"isometry.{name}" for name in _listed("isometry") if _is_module("isometry", name)]
    opened = ["isometry", *packages, *_with_submodules(FACADES)]
    names = {f"{module}.{name}" for module in opened for name in _listed(module)}
    return sorted(names | set(FACADES))


def undocumented(name: str) -> list[str]:
    """The name itself, where it is a module, class or function without words of its own."""
    thing = resolve(name)
    described = inspect.ismodule(thing) or inspect.isclass(thing) or inspect.isroutine(thing)
    return [name] if described and not _own_words(thing) else []


def resolve(name: str) -> object:
    """The object that a full public name stands for."""
    owner, _, last = name.rpartition(".")
    if not owner:
        return importlib.import_module(name)
    return getattr(resolve(owner), last)


def _own_words(thing: object) -> bool:
    text = inspect.cleandoc(thing.__doc__ or "")
    # A dataclass without a docstring is given its signature as one.
    return bool(text) and not text.startswith(f"{getattr(thing, '__name__', '')}(")


def _with_submodules(modules: tuple[str, ...]) -> list[str]:
    below = [f"{owner}.{name}" for owner in modules for name in _listed(owner)]
    return [*modules, *(name for name in below if isinstance(resolve(name), ModuleType))]


def _listed(module: str) -> list[str]:
    return [str(name) for name in vars(resolve(module))["__all__"]]


def _is_module(owner: str, name: str) -> bool:
    return isinstance(resolve(f"{owner}.{name}"), ModuleType)
