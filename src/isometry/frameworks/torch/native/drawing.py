"""What each of torch's random operators draws."""

from math import log1p, pi
from typing import Any

import torch

from isometry import errors, schemes
from isometry.frameworks.torch.native.operators import operator
from isometry.frameworks.torch.native.tape import Call, Literal, Write
from isometry.frameworks.torch.native.terms import Drawn, Known, Term, applied

__all__ = ["bound", "known", "law", "matrix"]


def bound(call: Call) -> dict[str, Any]:
    """The call's arguments by name, defaults included."""
    if call.func is None:
        return call.kwargs
    arguments = call.func._schema.arguments
    values = {a.name: a.default_value for a in arguments if a.has_default_value()}
    values.update(zip((a.name for a in arguments), call.args, strict=False))
    return {**values, **call.kwargs}


def known(leaf: Any) -> Term | float:
    """A number or a tensor of known values as an operand."""
    if isinstance(leaf, Literal):
        leaf = leaf.tensor
    if isinstance(leaf, torch.Tensor):
        return float(leaf) if leaf.numel() == 1 else Known(leaf)
    return float(leaf)


def matrix(write: Write) -> schemes.Scheme | None:
    """The scheme of a function of ``torch.nn.init`` that fills its tensor as a whole."""
    numbers = write.call.kwargs
    if write.call.func is not None:
        return None
    match write.call.name:
        case "orthogonal_":
            return schemes.Orthogonal(gain=float(numbers["gain"]), convention="torch")
        case "sparse_":
            return schemes.Sparse(sparsity=float(numbers["sparsity"]), std=float(numbers["std"]))
        case "dirac_":
            return schemes.Dirac()
        case "eye_":
            return schemes.Identity()
    return None


def law(write: Write) -> Term | float | None:
    """What a random operator draws, a number where it has no spread; ``None`` for other operators.

    Args:
        write: What was logged of it.

    Returns:
        A draw, a number, or ``None``.

    Raises:
        UncoveredError: The operator draws in a way that has no law here.
    """
    call, size = write.call, write.region.size
    if call.func is not None and not operator(call.func).random:
        return None
    values = bound(call)
    match call.name:
        case "trunc_normal_":
            return _truncated(values, size)
        case "normal_" | "randn" | "randn_like" | "normal":
            return _normal(values, size)
        case "uniform_" | "rand" | "rand_like":
            return _uniform(values.get("from", 0.0), values.get("to", 1.0), size)
    return _transformed(call.name, values, size)


def _truncated(values: dict[str, Any], size: tuple[int, ...]) -> Term:
    mean, std, low, high = (float(values[name]) for name in ("mean", "std", "a", "b"))
    return Drawn(schemes.TruncatedNormal(mean, std, low, high), size)


def _normal(values: dict[str, Any], size: tuple[int, ...]) -> Term | float:
    mean, std = values.get("mean", 0.0), values.get("std", 1.0)
    if isinstance(mean, float | int) and isinstance(std, float | int):
        return Drawn(schemes.Normal(float(mean), float(std)), size) if std else float(mean)
    unit = Drawn(schemes.Normal(0.0, 1.0), size)
    return applied("add", applied("mul", unit, known(std)), known(mean))


def _uniform(low: float, high: float, size: tuple[int, ...]) -> Term | float:
    return Drawn(schemes.Uniform(float(low), float(high)), size) if high > low else float(low)


def _transformed(name: str, values: dict[str, Any], size: tuple[int, ...]) -> Term:
    """Laws by transformation of a uniform ``u`` on [0, 1) or of a normal."""
    u = Drawn(schemes.Uniform(0.0, 1.0), size)
    match name:
        case "exponential_":  # the quantile function, -log(1 - u) / λ
            return applied("div", _survival_log(u), float(values["lambd"]))
        case "log_normal_":
            normal = schemes.Normal(float(values["mean"]), float(values["std"]))
            return applied("exp", Drawn(normal, size))
        case "cauchy_":  # median + σ tan(π (u - 1/2))
            angle = applied("mul", applied("sub", u, 0.5), pi)
            spread = applied("mul", applied("tan", angle), float(values["sigma"]))
            return applied("add", spread, float(values["median"]))
        case "geometric_":  # the number of trials, ceil(log(1 - u) / log(1 - p))
            trials = applied("div", _survival_log(u), -log1p(-float(values["p"])))
            return applied("maximum", applied("ceil", trials), 1.0)
        case "bernoulli_" | "bernoulli":
            return applied("lt", u, known(values.get("p", values["self"])))
        case "randint" | "randint_like" | "random_" if values.get("high", values.get("to")):
            low: Any = values.get("low", values.get("from")) or 0
            high: Any = values.get("high", values.get("to"))
            return applied("floor", applied("add", applied("mul", u, high - low), low))
    raise errors.UncoveredError(f"is drawn by {name}, which has no law here")


def _survival_log(u: Term) -> Term:
    return applied("neg", applied("log1p", applied("neg", u)))
