"""What an operator of torch does to its arguments, read from its schema."""

from dataclasses import dataclass
from functools import cache

import torch
from torch._ops import OpOverload

__all__ = ["Operator", "operator"]

_UNINITIALIZED = frozenset(
    {"empty", "empty_like", "empty_permuted", "empty_strided", "new_empty", "new_empty_strided"}
)
_SCALAR_READS = frozenset({"_local_scalar_dense", "equal", "is_nonzero", "item"})
_FILLS = {
    "full_like": None,
    "new_full": None,
    "new_ones": 1,
    "new_zeros": 0,
    "ones_like": 1,
    "zeros_like": 0,
}


@dataclass(frozen=True, slots=True)
class Operator:
    """The traits of one operator overload.

    Attributes:
        name: Name without namespace and overload.
        random: Whether it draws.
        view: Whether its result shares its argument's storage, or it changes geometry only.
        factory: Whether it makes a tensor from no tensor.
        uninitialized: Whether it makes a tensor without writing it.
        alike: Whether it takes only the shape of its argument.
        reads_scalar: Whether it hands a value to Python.
        written: Positions of positional arguments that it writes.
        written_names: Names of the keyword arguments that it writes.
        takes_device: Whether it has a ``device`` argument.
        fill: The number that it fills with, where it is alike and its name says so.
    """

    name: str
    random: bool
    view: bool
    factory: bool
    uninitialized: bool
    alike: bool
    reads_scalar: bool
    written: tuple[int, ...]
    written_names: tuple[str, ...]
    takes_device: bool
    fill: int | None


@cache
def operator(func: OpOverload) -> Operator:
    """The traits of ``func``."""
    arguments = func._schema.arguments
    written = [a for a in arguments if a.alias_info is not None and a.alias_info.is_write]
    name = func._schema.name.split("::")[-1]
    return Operator(
        name=name,
        random=torch.Tag.nondeterministic_seeded in func.tags,
        view=func.is_view or torch.Tag.inplace_view in func.tags,
        factory=not any("Tensor" in str(a.type) for a in arguments if a.name != "out"),
        uninitialized=name in _UNINITIALIZED,
        alike=name in _FILLS or name in _UNINITIALIZED,
        reads_scalar=name in _SCALAR_READS,
        written=tuple(i for i, a in enumerate(arguments) if a in written and not a.kwarg_only),
        written_names=tuple(a.name for a in written if a.kwarg_only),
        takes_device=any(a.name == "device" for a in arguments),
        fill=_FILLS.get(name),
    )
