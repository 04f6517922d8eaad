"""Deep kernel shaping: what makes a deep plain network keep lengths and angles, for any activation.

With ``φ̂(x) = γ (φ(α x + β) + δ)``, orthogonal weights of gain 1 and no biases, the maps of one
layer are to have ``Q(1) = 1``, ``Q'(1) = 1``, ``C(0) = 0`` and ``C'(1) = ξ`` (Martens et al. 2021).
``δ = -E φ(α z + β)`` and ``γ = Var(φ(α z + β))^(-1/2)`` fulfil the first and the third;
``(α, β)`` are searched for the other two.
"""

from functools import lru_cache

import numpy as np

from isometry.errors import InputError
from isometry.theory.activations import Activation, Array
from isometry.theory.departures import departure
from isometry.theory.refinement import Place, refined
from isometry.theory.registry import ActivationLike, activation
from isometry.theory.relaxations import (
    centred,
    check_bends,
    homogeneous,
    is_homogeneous,
    steepest_bend,
)
from isometry.theory.seeds import largest_excess, seeds, unit
from isometry.theory.shapes import Shape, judged


def dks(spec: ActivationLike, *, slope: float) -> Shape:
    """The shape with ``Q(1) = Q'(1) = 1``, ``C(0) = 0`` and ``C'(1) = ξ``, as far as there is one.

    Of several solutions the one is taken that keeps the least ``|β|`` as ``ξ`` falls to 1, so that
    one branch serves all depths; of a mirrored pair that of positive ``β``. Where not all four
    can hold, ``Q'(1)`` is given up and recorded:

    * ``φ(t x) = t^p φ(x)``, as ReLU, its leaky kin, ``abs`` and ReLU², leaves ``β / α`` alone to
      choose. For ``p = 1`` then ``Q'(1) < 1``: lengths settle at 1. For ReLU² ``Q'(1)`` is a
      little above ``ξ``: an error in length grows less than twofold through ``log ζ / log ξ``
      layers, ``ζ = 1.5``.
    * ``hardtanh``, ``hardsigmoid`` and ``relu6``, straight between two flat ends, cannot have all
      four for ``ξ`` below about 1.467. There they are put at their centre, where ``Q'(1) < 1``.

    Args:
        spec: Name, record or function.
        slope: ``ξ = C'(1)``, above 1; ``slope_for`` gives it.

    Returns:
        The shape; ``met`` names the conditions that hold.

    Raises:
        InputError: No shape has that slope; the message says which have one.

    >>> shape = dks("tanh", slope=1.5 ** (1 / 50))
    >>> round(shape.alpha, 6), round(shape.beta, 6), shape.met
    (0.12844, 0.57078, ('Q(1)', "Q'(1)", 'C(0)', "C'(1)"))
    >>> dks("relu", slope=1.5 ** (1 / 50)).met
    ('Q(1)', 'C(0)', "C'(1)")
    """
    check_slope(slope)
    return _dks(activation(spec), float(slope))


def check_slope(slope: float) -> None:
    """Raise unless a slope can be asked of a shape.

    Args:
        slope: ``C'(1)``.

    Raises:
        InputError: It is not a finite number above 1.
    """
    if not 1.0 < slope < float("inf"):
        raise InputError(
            f"slope is {slope:g}",
            needed="a finite C'(1) above 1",
            do="pass theory.slope_for(theory.Layers(50)), for example",
        )


@lru_cache(maxsize=1024)
def _dks(phi: Activation, slope: float) -> Shape:
    excess = slope - 1.0
    check_bends(phi)
    if is_homogeneous(phi):
        place = homogeneous(phi, excess)
    else:
        place = _solved(phi, excess) or centred(phi, excess)
    if place is None:
        raise _impossible(phi, slope)
    return judged(normalised(phi, place), {"Q(1)": 1.0, "Q'(1)": 1.0, "C(0)": 0.0, "C'(1)": slope})


def _solved(phi: Activation, excess: float) -> Place | None:
    def remainder(alpha: float, beta: float) -> Array:
        there = departure(phi, alpha, beta)
        with np.errstate(all="ignore"):  # a trial step may leave the range where both are finite
            return np.array([there.drift / excess, np.log(there.excess / excess)])

    tries = (refined(remainder, seed.place, unit=unit(phi)) for seed in seeds(phi, 0.0, excess))
    return next((found for found in tries if found is not None), None)


def normalised(phi: Activation, place: Place) -> Shape:
    """``C(0) = 0`` by ``δ``, ``Q(1) = 1`` by ``γ``."""
    there = departure(phi, place.alpha, place.beta)
    level = float(phi(np.array([place.beta]))[0])
    return Shape(
        phi,
        alpha=place.alpha,
        beta=place.beta,
        gamma=1.0 / (place.alpha * float(np.sqrt(there.var))),
        delta=-(level + place.alpha * float(there.mean)),
    )


def _impossible(phi: Activation, slope: float) -> InputError:
    scaled = is_homogeneous(phi)
    most = steepest_bend(phi) if scaled else largest_excess(phi)
    return InputError(
        f"no shape of {phi} has C'(1) = {slope:.6g} and Q'(1) = 1{' or less' if scaled else ''}",
        needed=f"a slope of {1.0 + most:.4g} at most, or about that",
        do="shape a deeper network, whose slope for each layer is smaller, or another activation",
    )
