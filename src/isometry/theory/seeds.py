"""Where the length neither grows nor shrinks: a coarse map of ``(α, β)`` to start a search from.

For small ``α`` the solutions ``β`` of ``Q'(1) = 1`` are the roots of ``φ''² + 2 φ' φ'''``; around a
kink they keep to ``β = k - t α`` instead. Both are followed over all ``α`` that can matter.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from isometry.theory.activations import Activation, Array
from isometry.theory.departures import Departure, averaged
from isometry.theory.quadrature import legendre
from isometry.theory.special import normal_density

REACH = 7.0
"""Standard deviations covered on each side, by panels of length 1: enough to start from."""
NODES = 6
BENDS = np.array([0.0, 1.0, -1.0, 4.0, -4.0, 16.0, -16.0])
"""Where panels end besides, in units of the bend, around 0."""
DOUBLINGS = np.arange(-11, 14)
"""``α`` from 5e-4, for a hundred thousand layers, to 8e3: some bend too little but from afar."""
INPUTS = np.linspace(-8.0, 8.0, 97)
"""Values of ``β`` in units of the bend."""
STANDARD = np.linspace(-5.0, 5.0, 51)
"""Values of ``(β - k) / α`` around kinks and 0."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A guess at a solution."""

    alpha: float
    beta: float


@dataclass(frozen=True, slots=True)
class Row:
    """Where ``Q'(1) = 1`` at one ``α``.

    Attributes:
        alpha: ``α``.
        betas: The ``β`` with ``Q'(1) = 1``, ascending, shape (roots,).
        excesses: ``C'(1) - 1`` of the centred activation there, shape (roots,).
    """

    alpha: float
    betas: Array
    excesses: Array


def seeds(phi: Activation, sign: float, excess: float) -> list[Seed]:
    """Guesses at solutions with that excess, those of the least ``|β|`` first.

    Args:
        phi: The activation.
        sign: Sign of the shaped activation's mean; 0 for none.
        excess: ``C'(1) - 1`` of the centred activation.

    Returns:
        A guess for every place where a curve of ``Q'(1) = 1`` passes the excess.
    """
    found = [seed for pair in pairwise(rows(phi, sign)) for seed in _passing(*pair, excess)]
    return sorted(found, key=nearness)


def nearness(seed: Seed) -> tuple[float, float]:
    """Sorts the least ``|β|`` first, and of a mirrored pair the positive one."""
    return round(abs(seed.beta), 6), -seed.beta


def largest_excess(phi: Activation) -> float:
    """About the largest ``C'(1) - 1`` that goes with ``Q'(1) = 1``; 0 where there is none."""
    return max((float(row.excesses.max(initial=0.0)) for row in rows(phi, 0.0)), default=0.0)


def unit(phi: Activation) -> float:
    """The length over which ``φ`` bends."""
    return min(phi.scale, phi.period / (2.0 * np.pi))


@lru_cache(maxsize=256)
def rows(phi: Activation, sign: float) -> tuple[Row, ...]:
    """The curves of ``Q'(1) = 1``, one row for each ``α``."""
    return tuple(_row(phi, sign, unit(phi) * 2.0 ** float(power)) for power in DOUBLINGS)


def _row(phi: Activation, sign: float, alpha: float) -> Row:
    around = [kink + alpha * STANDARD for kink in (0.0, *phi.kinks)]
    betas = np.unique(np.concatenate([unit(phi) * INPUTS, *around]))
    with np.errstate(all="ignore"):
        there = _departures(phi, alpha, betas)
        drift = there.tailored_drift(sign) if sign else there.drift
        excess = there.excess
        share = drift[:-1] / (drift[:-1] - drift[1:])
        changes = np.isfinite(share) & (drift[:-1] * drift[1:] < 0.0)
        between = excess[:-1] + share * np.diff(excess)
    roots = betas[:-1] + share * np.diff(betas)
    return Row(alpha, roots[changes], between[changes])


def _departures(phi: Activation, alpha: float, betas: Array) -> Departure:
    """The departures of ``(φ(α z + β) - φ(β)) / α``, one entry for each ``β``."""
    points = np.concatenate([unit(phi) * BENDS, phi.kinks])
    cuts = np.clip((points - betas[:, None]) / alpha, -REACH, REACH)
    grid = np.broadcast_to(np.arange(-REACH, REACH + 1.0), (len(betas), int(2 * REACH) + 1))
    cuts = np.sort(np.concatenate([grid, cuts], axis=1), axis=1)
    nodes, weights = legendre(NODES)
    half = np.diff(cuts, axis=1)[..., None] / 2.0
    z = (cuts[:, :-1, None] + half * (1.0 + nodes)).reshape(len(betas), -1)
    weight = (half * weights).reshape(len(betas), -1) * normal_density(z)
    x = alpha * z + betas[:, None]
    level = phi(betas)[:, None]
    return averaged(z, weight, ((phi(x) - level) / alpha, phi.derivative(x)))


def _passing(here: Row, there: Row, excess: float) -> list[Seed]:
    """Guesses between two rows: roots are paired with the nearest of the next row."""
    if not (len(here.betas) and len(there.betas)):
        return []
    nearest = np.abs(here.betas[:, None] - there.betas).argmin(axis=1)
    low, high = (np.log(np.maximum(row.excesses, 1e-300) / excess) for row in (here, there))
    high = high[nearest]
    passes = low * high <= 0.0
    share = low[passes] / np.where(low == high, 1.0, low - high)[passes]
    alphas = here.alpha * (there.alpha / here.alpha) ** share
    betas = here.betas[passes] + share * (there.betas[nearest] - here.betas)[passes]
    return [Seed(float(a), float(b)) for a, b in zip(alphas, betas, strict=True)]
