"""A forward that leaves no trace: modes, attributes, hooks, buffers and generators are put back."""

import random
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

CONTAINERS = (dict, list, set, OrderedDict)
"""Attributes of these types are put back by their content: a forward may add a hook to them."""

STATISTICAL = (nn.modules.batchnorm._NormBase,)
"""Norms that measure the batch in training and use what they remember else: at the start they
remember nothing, so that they are looked at as in training."""


@contextmanager
def as_measured(model: nn.Module) -> Iterator[None]:
    """As :func:`preserved`, but with norms that measure the batch, and in silence.

    Args:
        model: The module; its submodules are treated alike.

    Yields:
        None: The body runs here.
    """
    with preserved(model), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for module in model.modules():
            if isinstance(module, STATISTICAL):
                module.__dict__["training"] = True
        yield


@contextmanager
def preserved(model: nn.Module) -> Iterator[None]:
    """Run the body with ``model`` in eval mode, then put all of its state back, errors or not.

    Parameters are not copied: a forward that is recorded runs without gradients and on fake tensors
    wherever it can.

    Args:
        model: The module; its submodules are treated alike.

    Yields:
        None: The body runs here.
    """
    with ExitStack() as stack:
        for restore in (*_generators(), *_buffers(model), *map(_module, model.modules())):
            stack.callback(restore)
        for module in model.modules():
            module.__dict__["training"] = False
        yield


def _generators() -> tuple[Callable[[], object], ...]:
    torchs, pythons = torch.get_rng_state(), random.getstate()
    numpys = np.random.get_state()  # noqa: NPY002 - the model may use it
    devices = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []  # type: ignore[no-untyped-call]  # torch's own
    return (
        lambda: torch.set_rng_state(torchs),
        lambda: torch.cuda.set_rng_state_all(devices) if devices else None,
        lambda: random.setstate(pythons),
        lambda: np.random.set_state(numpys),  # noqa: NPY002 - as above
    )


def _module(module: nn.Module) -> Callable[[], None]:
    """What puts a module's attributes back, its tables of parameters and hooks included."""
    attributes = dict(module.__dict__)
    contents = [(kept, kept.copy()) for kept in attributes.values() if type(kept) in CONTAINERS]

    def restore() -> None:
        module.__dict__.clear()
        module.__dict__.update(attributes)
        for container, content in contents:
            _refill(container, content)

    return restore


def _refill(container: Any, content: Any) -> None:
    container.clear()
    if isinstance(container, list):
        container.extend(content)
    else:
        container.update(content)


def _buffers(model: nn.Module) -> list[Callable[[], None]]:
    return [_buffer(buffer) for buffer in model.buffers() if not buffer.is_meta]


def _buffer(buffer: torch.Tensor) -> Callable[[], None]:
    value = buffer.detach().clone()

    def restore() -> None:
        if not torch.equal(buffer, value):
            with torch.no_grad():
                buffer.copy_(value)

    return restore
