"""Shaping for training: the calm place among all shapes of one slope.

Deep kernel shaping spends its second unknown on ``Q'(1) = 1``. A network that is to be *trained*
asks for something else of it: weights of one unit share the mean of what comes in, so a step of the
optimizer moves all preactivations together by as much as ``E φ`` is large. The calm shape makes
that mean smallest beside what varies, ``|E φ| / std φ`` at ``α z + β``, while lengths settle, or at
least grow no faster than angles open: ``Q'(1) ≤ ξ``. For ``tanh`` that is ``β = 0``, with ``E φ =
0``.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from isometry.errors import InputError
from isometry.theory.activations import Activation, Array
from isometry.theory.deep_shaping import check_slope, normalised
from isometry.theory.departures import departure
from isometry.theory.refinement import Place
from isometry.theory.registry import ActivationLike, activation
from isometry.theory.relaxations import check_bends
from isometry.theory.roots import root
from isometry.theory.seeds import DOUBLINGS, INPUTS, departures, unit
from isometry.theory.shapes import Shape, judged

ROUNDS = 6
"""How often the span of ``β`` around the best of the coarse map is cut to a quarter."""
AROUND = np.linspace(-1.0, 1.0, 9)
"""Where each round looks, in units of the span."""
COARSE = 1.0 / 6.0
"""Span of the first round, in units of the bend: the distance of the coarse map's ``β``."""
OFFSETS = np.concatenate([-(0.5 ** np.arange(1.0, 13.0)), 0.5 ** np.arange(1.0, 13.0)])
"""Distances from kinks, in units of the bend."""


SLACK = 1e-9
"""Of ``Q'(1) ≤ ξ``, relative to ``ξ - 1``."""


class Guess(NamedTuple):
    """A place of the coarse map with the slope asked for, and how loud the mean is there."""

    loudness: float
    stretch: float
    beta: float
    alpha: float


def steady(spec: ActivationLike, *, slope: float, beta: float | None = None) -> Shape:
    """The shape with ``Q(1) = 1``, ``C(0) = 0``, ``C'(1) = ξ`` whose raw mean is calmest.

    Args:
        spec: Name, record or function.
        slope: ``ξ``, above 1; ``slope_for`` gives it.
        beta: The input shift, where it is not free: 0 for layers without a bias.

    Returns:
        The shape; ``condition("Q'(1)")`` says how lengths settle.

    Raises:
        InputError: No shape has that slope, or none with that ``beta``.

    >>> shape = steady("tanh", slope=1.5 ** (1 / 50))
    >>> round(shape.beta, 6), round(shape.alpha, 4), shape.met
    (0.0, 0.3133, ('Q(1)', 'C(0)', "C'(1)"))
    """
    check_slope(slope)
    return _steady(activation(spec), float(slope), beta)


@lru_cache(maxsize=1024)
def _steady(phi: Activation, slope: float, beta: float | None) -> Shape:
    check_bends(phi)
    excess = slope - 1.0
    guesses = sorted(_guesses(phi, excess, _betas(phi) if beta is None else np.array([beta])))
    span = COARSE * unit(phi) if beta is None else 0.0
    tries = (_narrowed(phi, excess, guess, span) for guess in guesses)
    place = next((place for place in tries if place is not None), None)
    if place is None:
        raise _impossible(phi, slope, beta)
    return judged(normalised(phi, place), {"Q(1)": 1.0, "Q'(1)": 1.0, "C(0)": 0.0, "C'(1)": slope})


def _impossible(phi: Activation, slope: float, beta: float | None) -> InputError:
    where, bias = ("", "") if beta is None else (f" at beta={beta:g}", ", give the layers a bias")
    return InputError(
        f"no shape of {phi} has C'(1) = {slope:.6g} and lengths that settle{where}",
        needed="a slope that the activation's bend can give",
        do=f"use a gain where the network is shallow{bias}, or choose another activation",
    )


def _betas(phi: Activation) -> Array:
    kinks = [kink + unit(phi) * OFFSETS for kink in phi.kinks]
    return np.unique(np.concatenate([unit(phi) * INPUTS, *kinks]))


def _guesses(phi: Activation, excess: float, betas: Array) -> Iterator[Guess]:
    """For each ``β`` of the coarse map the first ``α`` that bends enough, calm places first."""
    before = np.full(len(betas), np.inf)
    for power in np.arange(DOUBLINGS[0], DOUBLINGS[-1] + 0.5, 0.5):
        alpha = unit(phi) * 2.0 ** float(power)
        with np.errstate(all="ignore"):
            there = departures(phi, alpha, betas)
            loud = _loudness(phi, alpha, betas, there.mean, there.var)
            bends = there.excess
            good = np.isfinite(loud) & (there.drift <= 2.0 * excess)
        for index in np.flatnonzero((before < excess) & (bends >= excess) & good):
            stretch = abs(float(power))
            yield Guess(round(float(loud[index]), 6), stretch, float(betas[index]), alpha)
        before = bends


def _narrowed(phi: Activation, excess: float, guess: Guess, span: float) -> Place | None:
    """The calmest place near a guess; ``None`` where lengths would run away around it."""
    best: tuple[float, Place] | None = None
    for round_ in range(ROUNDS if span else 1):
        centre = guess.beta if best is None else best[1].beta
        offsets = span * 0.25**round_ * AROUND if span else np.zeros(1)
        tries = [_at(phi, excess, float(centre + offset), guess.alpha) for offset in offsets]
        found = [one for one in (*tries, best) if one is not None]
        best = min(found, key=lambda one: one[0], default=None)
        if best is None:
            return None
    return best[1] if best is not None else None


def _at(phi: Activation, excess: float, beta: float, alpha: float) -> tuple[float, Place] | None:
    """The loudness and place of the slope at ``β``, with an ``α`` near the given one."""

    def surplus(power: float) -> float:
        with np.errstate(all="ignore"):  # nothing passes a flat stretch: no number, and no bracket
            return float(departure(phi, alpha * 2.0**power, beta).excess) - excess

    low, high = -1.5, 1.0
    if not surplus(low) < 0.0 <= surplus(high):
        return None
    found = alpha * 2.0 ** root(surplus, low, high)
    there = departure(phi, found, beta)
    if there.drift > excess * (1.0 + SLACK):
        return None
    at = np.array([beta])
    return float(_loudness(phi, found, at, there.mean, there.var)[0]), Place(found, beta)


def _loudness(phi: Activation, alpha: float, betas: Array, mean: Array, var: Array) -> Array:
    """``|E φ| / std φ`` at ``α z + β``."""
    loud: Array = np.abs(phi(betas) + alpha * mean) / (alpha * np.sqrt(var))
    return loud
