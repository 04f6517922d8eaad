"""Products of two tensors that are summed over an axis: scores, averages, and sums of products.

Of ``y_ij = Σ_k a_ik b_jk`` with independent ``a`` and ``b`` and ``n`` values of ``k``,
``E y² = n E a² E b² + n(n - 1) E aa' E bb'``, the primes at another ``k``: what channels share is
their mean, what positions share is told by their correlation.
"""

import math
from dataclasses import dataclass, replace

from isometry.plans.forecast import attention, layouts, sums
from isometry.plans.forecast.signal import Layout, Letter, Signal
from isometry.plans.forecast.steps import Step


def contracted(step: Step) -> Signal | None:
    """Products of two tensors: an average by softmax's weights, or a sum of products."""
    factors = [i for i in step.node.inputs if i in step.signals and not attention.is_aside(step, i)]
    if len(factors) != 2:
        return step.first
    first, second = (step.signals[i] for i in factors)
    axes = _axes(step, factors)
    if first.mix is not None or second.mix is not None:
        weights, value = (first, second) if first.mix is not None else (second, first)
        assert weights.mix is not None
        return attention.averaged(value, weights.mix).placed(_layout(step, axes))
    made = _summed(first, second, axes).placed(_layout(step, axes))
    return _shifted(step, replace(made.scaled(step.number("alpha", 1.0)), sight=step.sight()))


def _shifted(step: Step, made: Signal) -> Signal:
    """Plus what is added in the same call."""
    index = step.index("bias")
    if index is None or index not in step.signals:
        return made
    bias = sums.met(step, index, made.layout).scaled(step.number("beta", 1.0))
    return sums.summed(made, bias).placed(made.layout)


@dataclass(frozen=True, slots=True)
class Axes:
    """What an axis that is summed over holds, and what is left of both factors.

    Attributes:
        length: Values that are summed.
        first: What they are in the first factor.
        second: What they are in the second.
        left: What the last axis that only the first factor has holds.
        right: What the last axis that only the second one has holds.
        kept: What each axis of the product holds.
    """

    length: int
    first: Letter
    second: Letter
    left: Letter
    right: Letter
    kept: tuple[Letter, ...]


def _axes(step: Step, factors: list[int]) -> Axes:
    ours, theirs, result = _terms(step, factors)
    first, second = (
        _letters(term, step.signals[i].layout)
        for term, i in zip((ours, theirs), factors, strict=True)
    )
    gone = [c for c in ours if c in theirs and c not in result]
    lengths = dict(zip(ours, step.shape(factors[0]), strict=False))
    left = [c for c in ours if c in result and c not in theirs][-1:]
    right = [c for c in theirs if c in result and c not in ours][-1:]
    sides = (_of(first, left), _of(second, right))
    moved: dict[str, Letter] = dict.fromkeys(left, "P") if sides == ("C", "C") else {}
    held = second | first | moved
    return Axes(
        math.prod(lengths.get(c, 1) for c in gone),
        _of(first, gone),
        _of(second, gone),
        *sides,
        tuple(held.get(c, "C") for c in result),
    )


def _terms(step: Step, factors: list[int]) -> tuple[str, str, str]:
    """Names of the axes of both factors and of the product, as in an equation of ``einsum``."""
    equation = step.node.attribute("equation")
    if step.node.op == "linear":
        many = "abcdefgh"[: len(step.shape(factors[0])) - 1]
        return many + "k", "jk", many + "j"
    if isinstance(equation, str) and "->" in equation and "." not in equation:
        sides, _, result = equation.replace(" ", "").partition("->")
        ours, _, theirs = sides.partition(",")
        return ours, theirs, result
    first, second = (len(step.shape(i)) for i in factors)
    many = "abcdefgh"[: max(first, second, 2) - 2]
    ours = (many + "ik")[-first:] if first > 1 else "k"
    theirs = (many + "kj")[-second:] if second > 1 else "k"
    return ours, theirs, many + "i" * (first > 1) + "j" * (second > 1)


def _letters(term: str, layout: Layout) -> dict[str, Letter]:
    """What each axis of a factor holds, by its name."""
    held: dict[str, Letter] = {}
    for name, axis in zip(term, layout, strict=False):
        held[name] = next((letter for letter, n in axis if n > 1), "C")
    return held


def _of(held: dict[str, Letter], names: list[str]) -> Letter:
    return held.get(names[-1], "C") if names else "C"


def _pair(of: Signal, letter: Letter) -> float:
    """``E x x'`` of two values along an axis."""
    match letter:
        case "P":
            return of.positions
        case "N":
            return of.samples
        case _:
            return of.mean**2


def _across(of: Signal) -> float:
    """``E x x'`` of two samples, all of which share a value without an axis for them."""
    return of.samples if layouts.count(of.layout, "N") > 1 else of.square


def _summed(a: Signal, b: Signal, axes: Axes) -> Signal:
    n, others = axes.length, axes.length - 1
    shared, apart = _pair(a, axes.first) * _pair(b, axes.second), (a.mean * b.mean) ** 2
    if axes.right == "P":  # the positions of a product of queries and keys are its keys
        positions = a.square * b.positions + others * _pair(a, axes.first) * b.mean**2
    else:
        along = _pair(a, axes.left)
        positions = along * b.square + others * a.mean**2 * _pair(b, axes.second)
    return Signal(
        n * a.mean * b.mean,
        n * (a.square * b.square + others * shared),
        n * positions,
        n * (_across(a) * _across(b) + others * apart),
        a.layout,
        depth=a.depth + b.depth,
    )


def _layout(step: Step, axes: Axes) -> Layout:
    """Axes of the product; of two that held channels the first stands for positions."""
    shape = step.node.shape
    fits = len(axes.kept) == len(shape)
    return layouts.named(axes.kept, shape) if fits else layouts.of_input(shape)
