"""Tailored activation transformation: no slope to grow, a curvature that the depth shares.

All slopes are 1 and ``C(1) = 1``, so inputs come nearer as ``1 - C(c)`` shrinks by its curvature
alone; sharing ``τ`` among the layers keeps them apart (Zhang, Botev & Martens 2022).
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from isometry.errors import InputError
from isometry.theory.activations import Activation, Array
from isometry.theory.curvatures import second_slope_square, slope_jumps
from isometry.theory.departures import departure
from isometry.theory.refinement import Place, Remainder, refined
from isometry.theory.registry import ActivationLike, activation
from isometry.theory.relaxations import check_bends
from isometry.theory.seeds import INPUTS, nearness, seeds, unit
from isometry.theory.shapes import Shape, judged
from isometry.theory.transforms import transformed

STEEPEST = 2.0
"""Solutions whose ``α γ`` times the steepest slope reaches this work on a tail of ``φ``."""
SIGNS = (1.0, -1.0)


def tat(spec: ActivationLike, *, curvature: float) -> Shape:
    """The shape with ``Q(1) = Q'(1) = C'(1) = 1`` and ``C''(1)`` as asked for.

    ``γ = (E g'²)^(-1/2)`` makes ``C'(1) = 1``; the mean that ``δ`` leaves, of either sign, makes
    ``Q(1) = 1``; ``(α, β)`` are searched for the other two. A solution with
    ``α γ max |φ'| ≥ 2``, which works where ``φ`` is less than half as steep as it can be, is
    rejected; for the usual ``max |φ'| = 1`` that is ``α γ ≥ 2``.

    Args:
        spec: Name, record or function.
        curvature: ``C''(1)``, above 0; ``curvature_for`` gives it.

    Returns:
        The shape; of several, the one that ``dks`` would choose.

    Raises:
        InputError: The slope of the activation jumps, or no shape has that curvature.

    >>> from isometry.theory.networks import Layers, curvature_for
    >>> shape = tat("tanh", curvature=curvature_for(Layers(50)))
    >>> shape.met
    ('Q(1)', "Q'(1)", "C'(1)", "C''(1)")
    """
    if not 0.0 < curvature < float("inf"):
        raise InputError(
            f"curvature is {curvature:g}",
            needed="a finite C''(1) above 0",
            do="pass theory.curvature_for(theory.Layers(50)), for example",
        )
    return _tat(activation(spec), float(curvature))


@lru_cache(maxsize=1024)
def _tat(phi: Activation, curvature: float) -> Shape:
    check_bends(phi)
    if slope_jumps(phi):
        raise InputError(
            f"the slope of {phi} jumps, so its C''(1) is infinite",
            needed="an activation with a continuous slope",
            do="use theory.tat_leaky for rectifiers, or theory.dks",
        )
    shape = next(_solutions(phi, curvature), None)
    if shape is None:
        raise InputError(
            f"no shape of {phi} has Q'(1) = C'(1) = 1 and C''(1) = {curvature:.6g}",
            needed="an activation with such a point on its steep part",
            do="use theory.dks, or a smaller curvature",
        )
    return judged(shape, {"Q(1)": 1.0, "Q'(1)": 1.0, "C'(1)": 1.0, "C''(1)": curvature})


def _solutions(phi: Activation, curvature: float) -> Iterator[Shape]:
    """Shapes on the steep part, the preferred first."""
    # Where the second coefficient rules, C''(1) = Σ k (k - 1) a_k² is twice Σ (k - 1) a_k².
    starts = [(seed, sign) for sign in SIGNS for seed in seeds(phi, sign, curvature / 2.0)]
    starts.sort(key=lambda start: nearness(start[0]))
    steepest = float(np.abs(phi.derivative(unit(phi) * INPUTS)).max())
    for seed, sign in starts:
        place = refined(_remainder(phi, sign, curvature), seed.place, unit=unit(phi))
        shape = None if place is None else _normalised(phi, place, sign)
        if shape is not None and shape.alpha * shape.gamma * steepest < STEEPEST:
            yield shape


def _remainder(phi: Activation, sign: float, curvature: float) -> Remainder:
    def remainder(alpha: float, beta: float) -> Array:
        there = departure(phi, alpha, beta)
        bend = second_slope_square(transformed(phi, alpha=alpha, beta=beta)) / alpha**2
        with np.errstate(all="ignore"):  # a trial step may leave the range where both are finite
            found = np.log(bend / there.slope_square / curvature)
            return np.array([there.tailored_drift(sign) / curvature, found])

    return remainder


def _normalised(phi: Activation, place: Place, sign: float) -> Shape:
    there = departure(phi, place.alpha, place.beta)
    level = float(phi(np.array([place.beta]))[0])
    shift = sign * float(np.sqrt(there.bend)) - float(there.mean)
    return Shape(
        phi,
        alpha=place.alpha,
        beta=place.beta,
        gamma=1.0 / (place.alpha * float(np.sqrt(there.slope_square))),
        delta=place.alpha * shift - level,
    )
