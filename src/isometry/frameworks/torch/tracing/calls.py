"""What a call is named and what its arguments are called."""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import torch

from isometry.graphs import operations
from isometry.graphs.node import Attribute

SCALARS = (bool, int, float, str)
LONGEST = 8
"""Arguments with more items than this are data, not options."""

CONVOLUTION = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
TRANSPOSED = (
    "input",
    "weight",
    "bias",
    "stride",
    "padding",
    "output_padding",
    "groups",
    "dilation",
)
RECURRENT = (
    "input",
    "state",
    "params",
    "biases",
    "layers",
    "dropout",
    "train",
    "bidirectional",
    "batch_first",
)
CELL = ("input", "state", "w_ih", "w_hh", "b_ih", "b_hh")
POOL = ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode")
AVERAGE = ("input", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")
ADAPTIVE = ("input", "output_size")
ATTENTION = ("query", "key", "value", "attn_mask", "dropout_p", "is_causal")
BINARY = ("input", "other")

POSITIONS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), CONVOLUTION),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), TRANSPOSED),
    **dict.fromkeys(("gru", "lstm", "rnn_relu", "rnn_tanh"), RECURRENT),
    **dict.fromkeys(("gru_cell", "lstm_cell", "rnn_relu_cell", "rnn_tanh_cell"), CELL),
    **dict.fromkeys(
        ("add", "div", "mul", "sub", "matmul", "bmm", "mm", "mv", "maximum", "minimum", "pow"),
        BINARY,
    ),
    **{f"max_pool{d}d": POOL for d in (1, 2, 3)},
    **{f"avg_pool{d}d": AVERAGE for d in (1, 2, 3)},
    **{f"adaptive_{kind}_pool{d}d": ADAPTIVE for kind in ("avg", "max") for d in (1, 2, 3)},
    **dict.fromkeys(("amax", "amin", "max", "min"), ("input", "dim", "keepdim")),
    "addmm": ("bias", "input", "other"),
    "baddbmm": ("bias", "input", "other"),
    "bilinear": ("input1", "input2", "weight", "bias"),
    "cat": ("tensors", "dim"),
    "clamp": ("input", "min", "max"),
    "einsum": ("equation", "operands"),
    "flatten": ("input", "start_dim", "end_dim"),
    "getitem": ("input", "index"),
    "grouped_mm": ("input", "other", "offsets"),
    "linear": ("input", "weight", "bias"),
    "masked_fill": ("input", "mask", "value"),
    "mean": ("input", "dim", "keepdim"),
    "permute": ("input", "dims"),
    "prelu": ("input", "weight"),
    "scaled_dot_product_attention": ATTENTION,
    "setitem": ("input", "index", "value"),
    "softmax": ("input", "dim"),
    "split": ("input", "size", "dim"),
    "stack": ("tensors", "dim"),
    "sum": ("input", "dim", "keepdim"),
    "transpose": ("input", "dim0", "dim1"),
    "unsqueeze": ("input", "dim"),
    "var": ("input", "dim"),
    "where": ("condition", "input", "other"),
}
"""Names of positional arguments of calls that have no Python signature."""

REVERSED = frozenset(("__rdiv__", "__rtruediv__", "__rpow__", "__rmatmul__"))
"""Operators whose tensor stands on the right."""


def name_of(func: Callable[..., Any]) -> str:
    """Canonical name of what is called: the property's name for a getter."""
    name: str = getattr(func, "__name__", type(func).__name__)
    if name == "__get__":
        name = getattr(getattr(func, "__self__", None), "__name__", name)
    return operations.canonical(name)


def bound(
    func: Callable[..., Any], op: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """The arguments by name; those of unknown name as ``arg0``, ``arg1``."""
    names = POSITIONS.get(op) or _signature(func)
    if getattr(func, "__name__", "") in REVERSED:
        names = names[::-1]
    if names and len(args) > len(names):  # permute(0, 2, 1), view(2, 3): the rest is one argument
        args = (*args[: len(names) - 1], args[len(names) - 1 :])
    named = {names[i] if i < len(names) else f"arg{i}": value for i, value in enumerate(args)}
    return named | kwargs


@functools.lru_cache(maxsize=1024)
def _signature(func: Callable[..., Any]) -> tuple[str, ...]:
    try:
        parameters = inspect.signature(func).parameters.values()
    except (TypeError, ValueError):
        return ("input",)
    return tuple(
        p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    )


def tensors_in(value: Any, name: str = "") -> Iterator[tuple[str, torch.Tensor]]:
    """Every tensor in an argument or result, with the name of the place that holds it.

    Walks lists, tuples, dictionaries and objects that are records of tensors: models return and
    pass all of these.
    """
    if isinstance(value, torch.Tensor):
        yield name, value
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from tensors_in(item, f"{name}.{position}" if name else str(position))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from tensors_in(item, f"{name}.{key}" if name else str(key))
    elif _is_record(value):
        yield from tensors_in(vars(value), name)


NUMBERS = (int, float, complex, torch.SymInt, torch.SymFloat, torch.SymBool)
PLAIN = (str, bytes, *NUMBERS, type, torch.dtype, torch.device, torch.nn.Module)
"""What holds no tensors, or not as a record; symbols hold the tables of all symbols."""


def _is_record(value: Any) -> bool:
    return not isinstance(value, PLAIN) and not callable(value) and hasattr(value, "__dict__")


def attributes_of(named: dict[str, Any]) -> tuple[tuple[str, Attribute], ...]:
    """Arguments that are plain numbers, texts, or short tuples of them."""
    return tuple((name, _tidy(value)) for name, value in named.items() if _plain(value))


def _plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return len(value) <= LONGEST and all(_plain(item) for item in value)
    return value is None or isinstance(value, bool | int | float | str | slice | type(...))


def _tidy(value: Any) -> Attribute:
    """A plain argument as a hashable, JSON-able value."""
    if isinstance(value, list | tuple):
        return tuple(item if isinstance(item, SCALARS) else str(item) for item in value)
    return value if value is None or isinstance(value, SCALARS) else str(value)
