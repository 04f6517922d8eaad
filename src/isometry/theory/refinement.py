"""Newton's method in two unknowns, from a guess to rounding."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isometry.theory.activations import Array

MOST_STEPS = 40
GOAL = 1e-11
"""Largest remainder, relative to what is asked for, at which the search ends."""
ENOUGH = 1e-9
"""The same, where no step makes it smaller."""
DIFFERENCE = 1e-6
"""Step of the finite differences, in ``log α`` and in ``β / α``."""
LONGEST = 0.7
"""Longest step in ``log α``: a factor of two."""
SHRINKING = 0.5 ** np.arange(6)

Remainder = Callable[[float, float], Array]


@dataclass(frozen=True, slots=True)
class Place:
    """A pair ``α, β``."""

    alpha: float
    beta: float


def refined(remainder: Remainder, start: Place, *, unit: float) -> Place | None:
    """The zero of ``remainder(α, β)`` near the start, or ``None`` where the search ends elsewhere.

    Args:
        remainder: From ``α, β`` to two numbers, relative to what is asked for.
        start: Where to start.
        unit: The length over which the activation bends: steps in ``β`` keep below it.

    Returns:
        The solution.
    """
    here, left = start, remainder(start.alpha, start.beta)
    for _ in range(MOST_STEPS):
        if _size(left) <= GOAL:
            return here
        step = _step(remainder, here, left, max(here.alpha, unit / 4.0) / here.alpha)
        tries = (_moved(here, step * share) for share in SHRINKING)
        scored = ((place, remainder(place.alpha, place.beta)) for place in tries)
        better = next((pair for pair in scored if _size(pair[1]) < _size(left)), None)
        if better is None:
            break
        here, left = better
    return here if _size(left) <= ENOUGH else None


def _step(remainder: Remainder, here: Place, left: Array, widest: float) -> Array:
    moves = DIFFERENCE * np.eye(2)
    places = [_moved(here, move) for move in moves]
    columns = [(remainder(p.alpha, p.beta) - left) / DIFFERENCE for p in places]
    jacobian = np.stack(columns, axis=1)
    if not np.isfinite(jacobian).all():
        return np.zeros(2)
    step = np.linalg.lstsq(jacobian, -left, rcond=None)[0]
    limits = np.array([LONGEST, widest])
    return np.clip(np.asarray(step, dtype=np.float64), -limits, limits)


def _moved(here: Place, step: Array) -> Place:
    return Place(here.alpha * float(np.exp(step[0])), here.beta + here.alpha * float(step[1]))


def _size(left: Array) -> float:
    size = float(np.abs(left).max())
    return size if np.isfinite(size) else np.inf
