"""Values as expressions over draws, and how simple ones fold into the numbers of one law."""

import math
from dataclasses import dataclass

import torch

from isometry import schemes

__all__ = ["Drawn", "Known", "Step", "Term", "applied", "independent", "resized", "settled"]

Law = schemes.Uniform | schemes.Normal | schemes.TruncatedNormal
"""A law whose affine images are laws of the same family."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One independent draw an element.

    Attributes:
        law: The law.
        shape: How many, in which arrangement.
    """

    law: Law
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Values that no draw is behind."""

    tensor: torch.Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An operation on terms.

    Attributes:
        name: Its name in a ``schemes.Computed`` program.
        operands: What it works on.
    """

    name: str
    operands: tuple["Term | float", ...]


Term = Drawn | Known | Step


def applied(name: str, *operands: Term | float) -> Term:
    """The operation's result, as a law's own numbers where the family is closed under it.

    A uniform law is not mirrored here: its lower bound is met and its upper one is not, which
    counts where more is computed from it, as in ``log(1 - u)``.
    """
    law = _folded(name, operands)
    if law is None or _mirrored(name, operands):
        return Step(name, operands)
    return law


def settled(term: Term) -> Term:
    """The term at the end of all arithmetic, where a mirrored uniform law is a uniform law."""
    if not isinstance(term, Step):
        return term
    operands = tuple(o if isinstance(o, float | int) else settled(o) for o in term.operands)
    folded = _folded(term.name, operands)
    return term if folded is None else folded


def _mirrored(name: str, operands: tuple[Term | float, ...]) -> bool:
    is_uniform = any(isinstance(o, Drawn) and isinstance(o.law, schemes.Uniform) for o in operands)
    is_flipped = any(isinstance(o, float | int) and o < 0 for o in operands)
    if name == "sub":
        return is_uniform and isinstance(operands[0], float | int)
    return is_uniform and (name == "neg" or (name in {"mul", "div"} and is_flipped))


def _folded(name: str, operands: tuple[Term | float, ...]) -> Drawn | None:
    if name == "sub" and isinstance(operands[0], float | int):
        return _reflected(float(operands[0]), operands[1])
    if name in {"add", "mul"} and isinstance(operands[0], float | int):
        operands = (operands[1], operands[0])
    first, *numbers = operands
    if not isinstance(first, Drawn) or not all(isinstance(n, float | int) for n in numbers):
        return None
    law = _law(name, first.law, tuple(float(n) for n in numbers if isinstance(n, float | int)))
    return None if law is None else Drawn(law, first.shape)


def _reflected(number: float, term: Term | float) -> Drawn | None:
    """``number - term``."""
    if not isinstance(term, Drawn):
        return None
    return Drawn(_affine(term.law, -1.0, number), term.shape)


def _law(name: str, law: Law, numbers: tuple[float, ...]) -> Law | None:
    match name, numbers:
        case "neg", ():
            return _affine(law, -1.0, 0.0)
        case "add", (shift,):
            return _affine(law, 1.0, shift)
        case "sub", (shift,):
            return _affine(law, 1.0, -shift)
        case "mul", (factor,) if factor:
            return _affine(law, factor, 0.0)
        case "div", (divisor,):
            return _affine(law, 1.0 / divisor, 0.0)
        case "erfinv", ():
            return _erfinv(law)
        case "clip", (low, high):
            return _clipped(law, low, high)
    return None


def _affine(law: Law, factor: float, shift: float) -> Law:
    if isinstance(law, schemes.Normal):
        return schemes.Normal(law.mean * factor + shift, law.std * abs(factor))
    low, high = sorted((law.low * factor + shift, law.high * factor + shift))
    if isinstance(law, schemes.Uniform):
        return schemes.Uniform(low, high)
    mean, std = law.mean * factor + shift, law.std * abs(factor)
    return schemes.TruncatedNormal(mean, std, low, high)


def _erfinv(law: Law) -> Law | None:
    """Of a uniform, a truncated normal of std ``1/sqrt(2)``, since ``erf(x) = 2 Φ(x √2) - 1``."""
    if not isinstance(law, schemes.Uniform) or law.low < -1 or law.high > 1:
        return None
    from scipy import special

    low, high = (float(special.erfinv(bound)) for bound in (law.low, law.high))
    return schemes.TruncatedNormal(0.0, math.sqrt(0.5), low, high)


def _clipped(law: Law, low: float, high: float) -> Law | None:
    """The law itself where the bounds cut nothing off but rounding."""
    if isinstance(law, schemes.Normal) or math.isinf(law.low) or math.isinf(law.high):
        return None
    slack = 1e-6 * (law.high - law.low)
    return law if low <= law.low + slack and high >= law.high - slack else None


def independent(term: Term | float, size: tuple[int, ...]) -> bool:
    """Whether each element of a tensor of ``size`` is the same function of draws of its own."""
    if isinstance(term, Drawn):
        return term.shape == size
    if isinstance(term, Known):
        return False
    if isinstance(term, Step):
        return term.name not in _MIXING and all(independent(o, size) for o in term.operands)
    return True


def resized(term: Term, size: tuple[int, ...], other: tuple[int, ...]) -> Term | None:
    """The same function of independent draws for another size; ``None`` where it mixes."""
    if not independent(term, size):
        return None
    fresh: dict[int, Term] = {}

    def renewed(part: Term | float) -> Term | float:
        if isinstance(part, float | int):
            return part
        if id(part) not in fresh:
            fresh[id(part)] = _renewed(part)
        return fresh[id(part)]

    def _renewed(part: Term) -> Term:
        if isinstance(part, Drawn):
            return Drawn(part.law, other)
        assert isinstance(part, Step)
        return Step(part.name, tuple(renewed(operand) for operand in part.operands))

    return _renewed(term)


_MIXING = frozenset({"max", "mean", "min", "sum"})
"""Steps that make one element from many."""
