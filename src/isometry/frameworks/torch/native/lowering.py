"""Operators of torch as steps of a program over draws."""

from collections.abc import Callable
from typing import Any

import torch
from torch.utils._pytree import tree_map

from isometry import errors
from isometry.frameworks.torch.native.drawing import bound, known
from isometry.frameworks.torch.native.tape import Call, Literal, Ref, Write
from isometry.frameworks.torch.native.terms import Step, Term, applied

__all__ = ["COPIES", "factor", "lowered", "rerun"]

Operand = Callable[[Any], Term | float]
"""From a recorded argument to a term."""

COPIES = frozenset({"_to_copy", "clone", "contiguous", "copy", "copy_", "lift_fresh_copy"})
"""Operators whose result is their argument, element for element."""

_UNARY = frozenset(
    """abs acos asin atan ceil cos erf erfc erfinv exp exp2 expm1 floor log log10 log1p log2 logit
    neg reciprocal round rsqrt sigmoid sign sin sqrt square tan tanh trunc""".split()
)
_BINARY = frozenset(
    "add atan2 div eq fmod ge gt le lt maximum minimum mul ne pow remainder sub".split()
)
_REDUCTIONS = {"amax": "max", "amin": "min", "mean": "mean", "sum": "sum"}


def lowered(write: Write, operand: Operand) -> Term | float:
    """The value that the write's call computed, as a term.

    Args:
        write: What was logged of it.
        operand: From an argument to its term.

    Returns:
        The term, or the number where nothing in it is drawn.

    Raises:
        UncoveredError: The operator has no counterpart here.
    """
    values = bound(write.call)
    name = write.call.name.rstrip("_") if not write.call.name.startswith("__") else ""
    if write.call.name in COPIES:
        return operand(values.get("src", values.get("self")))
    if name in _UNARY:
        return applied(name, operand(values["self"]))
    if name in _BINARY:
        return _binary(name, values, operand)
    return _other(name, values, operand, write)


def rerun(call: Call, leaf: Any, tensor: torch.Tensor) -> torch.Tensor:
    """The call's result for other values of ``leaf``, its other operands being numbers.

    Args:
        call: The call.
        leaf: The argument to replace.
        tensor: Its other values.

    Returns:
        What the call gives for them.

    Raises:
        UncoveredError: Another operand is no number.
    """

    def real(item: Any) -> Any:
        if item is leaf:
            return tensor.clone()
        return _number(item) if isinstance(item, Ref | Literal) else item

    args, kwargs = tree_map(real, (call.args, call.kwargs))
    result: torch.Tensor = call.func(*args, **kwargs)
    return result


def _number(item: Ref | Literal) -> float:
    """The operand as a number.

    Raises:
        UncoveredError: It is none.
    """
    if isinstance(item, Literal) and item.tensor.numel() == 1:
        return float(item.tensor)
    raise errors.UncoveredError("is computed from several tensors, one filled part by part")


def factor(call: Call) -> float:
    """The number that a product or quotient multiplies by.

    Args:
        call: The product or quotient.

    Returns:
        The factor, inverted for a quotient.

    Raises:
        UncoveredError: The call is neither.
    """
    other, name = bound(call).get("other"), call.name.rstrip("_")
    number = _number(other) if isinstance(other, Ref | Literal) else other
    if name not in {"div", "mul"} or not number:
        raise errors.UncoveredError(f"is computed from an orthogonal matrix by {call.name}")
    return float(number) if name == "mul" else 1.0 / float(number)


def _binary(name: str, values: dict[str, Any], operand: Operand) -> Term | float:
    first = operand(values["self"])
    second = operand(values.get("other", values.get("exponent")))
    if values.get("rounding_mode") is not None:
        raise errors.UncoveredError(f"is computed from draws by {name} with rounding")
    scale = values.get("alpha", 1)
    return applied(name, first, second if scale == 1 else applied("mul", second, float(scale)))


def _other(name: str, values: dict[str, Any], operand: Operand, write: Write) -> Term | float:
    match name:
        case "repeat" if _only_broadcasts(values["self"], values["repeats"]):
            return operand(values["self"])
        case "rsub":
            return applied("sub", operand(values["other"]), operand(values["self"]))
        case "clamp" | "clamp_min" | "clamp_max":
            return _clamped(values, operand)
        case "where":
            return applied("where", *(operand(values[n]) for n in ("condition", "self", "other")))
        case "masked_fill":
            return applied("where", *(operand(values[n]) for n in ("mask", "value", "self")))
        case "softplus":
            return applied("log1p", applied("exp", operand(values["self"])))
        case "triu" | "tril":
            mask = getattr(torch.ones(write.region.size), name)(values["diagonal"])
            return applied("mul", operand(values["self"]), known(mask))
        case "norm" | "linalg_vector_norm":
            return _norm(values, operand)
        case "sum" | "mean" | "amax" | "amin":
            return _reduced(_REDUCTIONS[name], values["self"], values, operand)
    raise errors.UncoveredError(
        f"is computed from draws by {write.call.name}, which has no law here"
    )


def _clamped(values: dict[str, Any], operand: Operand) -> Term | float:
    term = operand(values["self"])
    low, high = (values.get(name) for name in ("min", "max"))
    if low is not None and high is not None:
        return applied("clip", term, operand(low), operand(high))
    return (
        applied("minimum", term, operand(high))
        if low is None
        else applied("maximum", term, operand(low))
    )


def _only_broadcasts(leaf: Any, repeats: list[int]) -> bool:
    """Whether a repetition repeats axes of length one alone, which broadcasting does too."""
    size = leaf.region.size if isinstance(leaf, Ref) else leaf.tensor.shape
    padded = (1,) * (len(repeats) - len(size)) + tuple(size)
    return all(n == 1 or times == 1 for n, times in zip(padded, repeats, strict=True))


def _norm(values: dict[str, Any], operand: Operand) -> Term | float:
    order = values.get("p", values.get("ord"))
    if order not in (None, 2):
        raise errors.UncoveredError(f"is computed from draws by a norm of order {order}")
    squares = applied("square", operand(values["self"]))
    return applied("sqrt", _summed("sum", squares, values))


def _reduced(name: str, leaf: Any, values: dict[str, Any], operand: Operand) -> Term | float:
    return _summed(name, operand(leaf), values)


def _summed(name: str, term: Term | float, values: dict[str, Any]) -> Term:
    axes = values.get("dim")
    listed = [axes] if isinstance(axes, int) else list(axes or ())
    kept = float(bool(values.get("keepdim")))
    return Step(name, (term, kept, *(float(axis) for axis in listed)))
