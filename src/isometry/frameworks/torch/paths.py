"""The path of a tensor: its address in the model itself, whatever the model is wrapped in.

``torch.compile``, activation checkpointing, FSDP1 and data parallelism each put a module of their
own around the user's and so a segment of their own into every name. A rule, a seed and a checkpoint
speak of the user's names, so those segments are dropped:

* by name the reserved ones: ``_orig_mod``, ``_checkpoint_wrapped_module``,
  ``_fsdp_wrapped_module``;
* ``module``, a name that a user may choose as well, only below a ``DataParallel`` or
  ``DistributedDataParallel`` module, which the walk sees;
* ``parametrizations.weight.original``, ``…original0`` and so on, which stand for ``weight``.
"""

import re
from collections.abc import Iterator

from torch import nn

RESERVED = ("_checkpoint_wrapped_module", "_fsdp_wrapped_module", "_orig_mod")
"""Segments that only wrappers use."""

_RESERVED_SEGMENT = re.compile(rf"(?:^|(?<=\.))(?:{'|'.join(RESERVED)})(?:\.|$)")
_ORIGINAL = re.compile(r"(?:^|(?<=\.))parametrizations\.([^.]+)\.original\d*$")


def normalise(path: str) -> str:
    """``path`` without the segments of wrappers, as far as a name alone can tell.

    >>> normalise("_orig_mod.h.0._checkpoint_wrapped_module.c_proj.weight")
    'h.0.c_proj.weight'
    >>> normalise("fc.parametrizations.weight.original1")
    'fc.weight'
    """
    return _ORIGINAL.sub(r"\1", _RESERVED_SEGMENT.sub("", path)).rstrip(".")


def modules(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Every module with its path, in the model's order; a module that is reached twice comes twice.

    A wrapper has the path of what it wraps. A shared module is one module at two addresses: both
    are needed, since a rule may speak of either.
    """
    yield from _below(model, "", ())


def join(prefix: str, name: str) -> str:
    """The address of ``name`` inside ``prefix``."""
    return f"{prefix}.{name}" if prefix and name else prefix or name


def _below(
    module: nn.Module, path: str, above: tuple[nn.Module, ...]
) -> Iterator[tuple[str, nn.Module]]:
    if any(module is ancestor for ancestor in above):
        return
    yield path, module
    for (
        name,
        child,
    ) in module._modules.items():  # named_children() would drop a shared child's second name
        if child is not None:
            yield from _below(child, join(path, segment(module, name)), (*above, module))


def segment(module: nn.Module, name: str) -> str:
    """What a child's name adds to the path: nothing where ``module`` is a wrapper."""
    is_parallel = isinstance(module, nn.DataParallel | nn.parallel.DistributedDataParallel)
    return "" if name in RESERVED or (is_parallel and name == "module") else name
