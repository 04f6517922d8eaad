"""A forward that leaves no trace: modes, attributes, buffers and generators are put back."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def preserved(model: nn.Module) -> Iterator[None]:
    """Run the body with ``model`` in eval mode; afterwards all of its state is as it was, errors or not."""
    held = [(module, dict(module.__dict__), _tables(module)) for module in model.modules()]
    values = [(buffer, buffer.detach().clone()) for buffer in model.buffers() if not buffer.is_meta]
    generator = torch.get_rng_state()
    try:
        for module, _, _ in held:
            module.__dict__["training"] = False
        yield
    finally:
        for module, attributes, tables in held:
            module.__dict__.clear()
            module.__dict__.update(attributes)
            _restore(module, tables)
        with torch.no_grad():
            for buffer, value in values:
                _put_back(buffer, value)
        torch.set_rng_state(generator)


def _tables(module: nn.Module) -> tuple[dict[str, object], ...]:
    return dict(module._parameters), dict(module._buffers), dict(module._modules)


def _restore(module: nn.Module, tables: tuple[dict[str, object], ...]) -> None:
    for table, kept in zip((module._parameters, module._buffers, module._modules), tables, strict=True):
        if dict(table) != kept or any(table[name] is not value for name, value in kept.items()):
            table.clear()
            table.update(kept)  # type: ignore[arg-type]  # the three tables hold different types


def _put_back(buffer: torch.Tensor, value: torch.Tensor) -> None:
    if not torch.equal(buffer, value):
        buffer.copy_(value)
