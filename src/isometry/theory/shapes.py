"""The record of a shaped activation, and how well it keeps what was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, assert_never

from isometry.theory.activations import Activation
from isometry.theory.curvatures import c_curvature
from isometry.theory.expectations import moments
from isometry.theory.transforms import transformed

ConditionName = Literal["Q(1)", "Q'(1)", "C(0)", "C'(1)", "C''(1)"]
MET = 1e-8
"""A condition counts as met up to this."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing asked of a shaped activation at unit variance.

    Attributes:
        name: Value, slope or curvature of the length map ``Q`` or the correlation map ``C``.
        target: What was asked for.
        value: What is.
    """

    name: ConditionName
    target: float
    value: float

    @property
    def residual(self) -> float:
        """``value - target``."""
        return self.value - self.target

    @property
    def met(self) -> bool:
        """Whether the residual is below 1e-8."""
        return abs(self.residual) < MET


@dataclass(frozen=True, slots=True)
class Shape:
    """``φ̂(x) = γ (φ(α x + β) + δ)``.

    Attributes:
        activation: ``φ``.
        alpha: ``α``.
        beta: ``β``.
        gamma: ``γ``.
        delta: ``δ``.
        conditions: What was asked for, and what is.
    """

    activation: Activation
    alpha: float
    beta: float
    gamma: float
    delta: float
    conditions: tuple[Condition, ...] = ()

    @property
    def shaped(self) -> Activation:
        """``φ̂`` as an activation, for ``c_map``, ``q_map`` and all the others at ``σ_w² = 1``."""
        return _record(self.activation, self.alpha, self.beta, self.gamma, self.delta)

    @property
    def met(self) -> tuple[ConditionName, ...]:
        """Names of the conditions that hold."""
        return tuple(condition.name for condition in self.conditions if condition.met)

    def condition(self, name: ConditionName) -> Condition:
        """The condition of that name."""
        return {condition.name: condition for condition in self.conditions}[name]


def judged(shape: Shape, targets: Mapping[ConditionName, float]) -> Shape:
    """The shape with its conditions measured, through ``Moments`` of ``φ̂``, not by the solver.

    Args:
        shape: ``φ̂``.
        targets: Name of each condition ↦ what was asked for.

    Returns:
        The shape with conditions.
    """
    conditions = tuple(
        Condition(name, target, _measured(shape.shaped, name)) for name, target in targets.items()
    )
    return Shape(shape.activation, shape.alpha, shape.beta, shape.gamma, shape.delta, conditions)


def _measured(shaped: Activation, name: ConditionName) -> float:
    at_one = moments(shaped, 1.0)
    match name:
        case "Q(1)":
            return at_one.m2
        case "Q'(1)":
            return at_one.dq
        case "C(0)":
            return at_one.correlation
        case "C'(1)":
            return at_one.d2 / at_one.m2
        case "C''(1)":
            return c_curvature(shaped, q=1.0, weight_var=1.0)
    assert_never(name)


@lru_cache(maxsize=512)
def _record(
    activation: Activation, alpha: float, beta: float, gamma: float, delta: float
) -> Activation:
    return transformed(activation, alpha=alpha, beta=beta, gamma=gamma, delta=delta)
