"""Functions of ``torch.nn.init`` that do nothing on a meta tensor, taken as one call each.

Their code objects are exchanged while a recording runs, so that every reference to them is caught:
``from torch.nn.init import trunc_normal_`` in somebody's module and the tables of other libraries
hold the function object, not the name. A thread that records nothing gets the original.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import Any

import torch
from torch.nn import init

__all__ = ["taken"]

Taker = Callable[[str, torch.Tensor, dict[str, Any]], torch.Tensor]

_NAMES = ("_no_grad_trunc_normal_", "orthogonal_", "sparse_", "dirac_", "eye_")
_ORIGINALS: dict[str, FunctionType] = {}
_LOCK = threading.Lock()
_RECORDERS: list[object] = []
_HERE = threading.local()


@contextmanager
def taken(taker: Taker) -> Iterator[None]:
    """While it lasts, this thread's calls of the functions go to ``taker``."""
    outer = getattr(_HERE, "taker", None)
    recorder = object()
    _exchange(recorder)
    _HERE.taker = taker
    try:
        yield
    finally:
        _HERE.taker = outer
        _restore(recorder)


def _exchange(recorder: object) -> None:
    with _LOCK:
        _RECORDERS.append(recorder)
        if len(_RECORDERS) == 1:
            for name in _NAMES:
                function = getattr(init, name)
                _ORIGINALS[name] = FunctionType(
                    function.__code__, function.__globals__, name, function.__defaults__
                )
                function.__code__ = _REPLACEMENTS[name]


def _restore(recorder: object) -> None:
    with _LOCK:
        _RECORDERS.remove(recorder)
        if not _RECORDERS:
            for name, original in _ORIGINALS.items():
                getattr(init, name).__code__ = original.__code__


def _route(name: str, tensor: torch.Tensor, **numbers: Any) -> torch.Tensor:
    taker: Taker | None = getattr(_HERE, "taker", None)
    if taker is None:
        result: torch.Tensor = _ORIGINALS[name](tensor, **numbers)
        return result
    numbers.pop("generator", None)
    return taker(name.removeprefix("_no_grad_"), tensor, numbers)


# The replacements keep the originals' signatures. They run with the globals of torch.nn.init, hence
# the import inside.


def _trunc_normal_(
    tensor: Any, mean: Any, std: Any, a: Any, b: Any, generator: Any = None
) -> torch.Tensor:
    from isometry.frameworks.torch.native.intercepts import _route

    numbers = {"mean": mean, "std": std, "a": a, "b": b, "generator": generator}
    return _route("_no_grad_trunc_normal_", tensor, **numbers)


def _orthogonal_(tensor: Any, gain: Any = 1, generator: Any = None) -> torch.Tensor:
    from isometry.frameworks.torch.native.intercepts import _route

    return _route("orthogonal_", tensor, gain=gain, generator=generator)


def _sparse_(tensor: Any, sparsity: Any, std: Any = 0.01, generator: Any = None) -> torch.Tensor:
    from isometry.frameworks.torch.native.intercepts import _route

    return _route("sparse_", tensor, sparsity=sparsity, std=std, generator=generator)


def _dirac_(tensor: Any, groups: Any = 1) -> torch.Tensor:
    from isometry.frameworks.torch.native.intercepts import _route

    return _route("dirac_", tensor, groups=groups)


def _eye_(tensor: Any) -> torch.Tensor:
    from isometry.frameworks.torch.native.intercepts import _route

    return _route("eye_", tensor)


_REPLACEMENTS: dict[str, CodeType] = {
    "_no_grad_trunc_normal_": _trunc_normal_.__code__,
    "orthogonal_": _orthogonal_.__code__,
    "sparse_": _sparse_.__code__,
    "dirac_": _dirac_.__code__,
    "eye_": _eye_.__code__,
}


def original(name: str) -> Callable[..., torch.Tensor]:
    """The function as torch has it, also while a recording runs."""
    found = _ORIGINALS.get(name)
    function: Callable[..., torch.Tensor] = getattr(init, name) if found is None else found
    return function
