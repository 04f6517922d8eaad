"""Activations that cannot be shaped, or with one unknown only, for want of ``Q'(1) = 1``."""

from itertools import pairwise

import numpy as np

from isometry.errors import InputError
from isometry.theory.activations import Activation
from isometry.theory.departures import departure
from isometry.theory.refinement import Place
from isometry.theory.roots import root
from isometry.theory.seeds import DOUBLINGS, unit

PROBES = np.geomspace(1e-3, 30.0, 60)
SAME = 1e-9
LEAST_BEND = 1e-13
"""``C'(1) - 1`` of a line, by rounding."""


def check_bends(phi: Activation) -> None:
    """Raise if ``φ`` is a straight line.

    Args:
        phi: The activation.

    Raises:
        InputError: It is.
    """
    if not phi.kinks and departure(phi, unit(phi), 0.0).excess < LEAST_BEND:
        raise InputError(
            f"{phi} is a line, so its C'(1) is 1 and its C''(1) is 0 whatever its shape",
            needed="an activation that bends",
            do="leave a linear layer out, and count the others",
        )


def is_homogeneous(phi: Activation) -> bool:
    """Whether ``φ(2 x) = 2^p φ(x)`` for all ``x`` with one ``p``, to rounding.

    Scaling the input is then the same as scaling the output, and ``α`` is no unknown.
    """
    x = np.concatenate([-PROBES, PROBES])
    y, doubled = phi(x), phi(2.0 * x)
    factor = float(doubled @ y) / float(y @ y)
    return bool((np.abs(doubled - factor * y) <= SAME * np.abs(doubled)).all())


def homogeneous(phi: Activation, excess: float) -> Place | None:
    """``α = 1`` and the ``β`` on the steeper side with that ``C'(1) - 1``.

    There ``Q'(1) = p - β Cov(g, g') / Var g`` at degree ``p``: for ``p = 1`` it is 1 at ``β = 0``
    and below on the steeper side, above on the other, where lengths would run away.

    Args:
        phi: A homogeneous activation.
        excess: ``C'(1) - 1``.

    Returns:
        The place; ``None`` where ``β = 0`` already bends less than asked for.
    """
    side = _steeper_side(phi)

    def surplus(distance: float) -> float:
        return float(departure(phi, 1.0, side * distance).excess) - excess

    if surplus(0.0) < 0.0:
        return None
    far = 1.0
    while surplus(far) > 0.0:
        far *= 2.0
    return Place(1.0, side * root(surplus, 0.0, far))


def steepest_bend(phi: Activation) -> float:
    """The largest ``C'(1) - 1`` that ``homogeneous`` reaches, that of ``β = 0``."""
    return float(departure(phi, 1.0, 0.0).excess)


def centred(phi: Activation, excess: float) -> Place | None:
    """``β`` at the centre of an odd ``φ``, where ``C(0) = 0``, and the ``α`` with that bend.

    Args:
        phi: The activation.
        excess: ``C'(1) - 1``.

    Returns:
        The place; ``None`` where ``φ`` has no centre, or lengths would run away from there.
    """
    beta = float(np.mean(phi.kinks)) if phi.kinks else 0.0
    middle = float(phi(np.array([beta]))[0])
    both = phi(beta + PROBES) + phi(beta - PROBES) - 2.0 * middle
    if np.abs(both).max() > SAME * np.abs(phi(beta + PROBES)).max():
        return None

    def surplus(power: float) -> float:
        there = departure(phi, unit(phi) * 2.0**power, beta)
        with np.errstate(invalid="ignore"):  # nothing bends, or rises, inside softshrink's gap
            return float(there.excess) - excess

    pairs = pairwise([float(power) for power in DOUBLINGS])
    power = next((root(surplus, a, b) for a, b in pairs if surplus(a) < 0.0 <= surplus(b)), None)
    place = None if power is None else Place(unit(phi) * 2.0**power, beta)
    return place if place and departure(phi, place.alpha, beta).drift <= 0.0 else None


def _steeper_side(phi: Activation) -> float:
    left, right = np.abs(phi.derivative(np.array([-1.0, 1.0])))
    return 1.0 if right >= left else -1.0
