"""Where the length neither grows nor shrinks: a coarse map of ``(α, β)`` to start a search from.

For small ``α`` the solutions ``β`` of ``Q'(1) = 1`` are the roots of ``φ''² + 2 φ' φ'''``; around a
kink they keep to ``β = k - t α`` instead. Both are followed over all ``α`` that can matter.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from isometry.theory.activations import Activation, Array
from isometry.theory.departures import Departure, averaged
from isometry.theory.quadrature import legendre
from isometry.theory.refinement import Place
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
    """A guess at a solution.

    Attributes:
        place: Where it is.
        home: ``|β|`` where its curve bends least.
    """

    place: Place
    home: float


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


@dataclass(frozen=True, slots=True)
class Curve:
    """Roots of consecutive rows that belong together.

    Attributes:
        points: ``α``, ``β`` and ``C'(1) - 1`` of each, ascending in ``α``.
    """

    points: tuple[tuple[float, float, float], ...]

    @property
    def home(self) -> float:
        """``|β|`` at the point that bends least."""
        return abs(min(self.points, key=lambda point: point[2])[1])


def seeds(phi: Activation, sign: float, excess: float) -> list[Seed]:
    """Guesses at solutions with that excess, the preferred first.

    Args:
        phi: The activation.
        sign: Sign of the shaped activation's mean; 0 for none.
        excess: ``C'(1) - 1`` of the centred activation.

    Returns:
        A guess for every place where a curve of ``Q'(1) = 1`` passes the excess.
    """
    found = [seed for curve in curves(phi, sign) for seed in _passing(curve, excess)]
    return sorted(found, key=nearness)


def nearness(seed: Seed) -> tuple[float, float, float]:
    """Sorts by home, then by ``|β|``, and of a mirrored pair the positive first."""
    beta = seed.place.beta
    return round(seed.home, 6), round(abs(beta), 6), -beta


def largest_excess(phi: Activation) -> float:
    """About the largest ``C'(1) - 1`` that goes with ``Q'(1) = 1``; 0 where there is none."""
    return max((point[2] for curve in curves(phi, 0.0) for point in curve.points), default=0.0)


def unit(phi: Activation) -> float:
    """The length over which ``φ`` bends."""
    return min(phi.scale, phi.period / (2.0 * np.pi))


@lru_cache(maxsize=256)
def curves(phi: Activation, sign: float) -> tuple[Curve, ...]:
    """The curves of ``Q'(1) = 1``, each root joined to the one of the next row nearest to it."""
    ended: list[Curve] = []
    open_: list[Curve] = []
    for power in DOUBLINGS:
        row = _row(phi, sign, unit(phi) * 2.0 ** float(power))
        grown = _joined(open_, row)
        starts = {curve.points[0] for curve in grown}
        ended += [curve for curve in open_ if curve.points[0] not in starts]
        open_ = grown
    return (*ended, *open_)


def _joined(open_: list[Curve], row: Row) -> list[Curve]:
    """Every root of the row as the last point of a curve: one that went on, or a new one."""
    last = np.array([curve.points[-1][1] for curve in open_])
    points = zip(row.betas.tolist(), row.excesses.tolist(), strict=True)
    joined = []
    for index, (beta, excess) in enumerate(points):
        before: tuple[tuple[float, float, float], ...] = ()
        if len(last):
            nearest = int(np.abs(last - beta).argmin())
            mutual = int(np.abs(row.betas - last[nearest]).argmin()) == index
            before = open_[nearest].points if mutual else ()
        joined.append(Curve((*before, (row.alpha, beta, excess))))
    return joined


def _row(phi: Activation, sign: float, alpha: float) -> Row:
    around = [kink + alpha * STANDARD for kink in (0.0, *phi.kinks)]
    betas = np.unique(np.concatenate([unit(phi) * INPUTS, *around]))
    with np.errstate(all="ignore"):
        there = departures(phi, alpha, betas)
        drift = there.tailored_drift(sign) if sign else there.drift
        excess = there.excess
        share = drift[:-1] / (drift[:-1] - drift[1:])
        changes = np.isfinite(share) & (drift[:-1] * drift[1:] < 0.0)
        between = excess[:-1] + share * np.diff(excess)
    roots = betas[:-1] + share * np.diff(betas)
    return Row(alpha, roots[changes], between[changes])


def departures(phi: Activation, alpha: float, betas: Array) -> Departure:
    """The departures of ``(φ(α z + β) - φ(β)) / α``, one entry for each ``β``; to six digits."""
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


def _passing(curve: Curve, excess: float) -> list[Seed]:
    """Guesses between neighbouring points of a curve on the two sides of the excess."""
    found = []
    for (alpha, beta, low), (next_alpha, next_beta, high) in pairwise(curve.points):
        if low > 0.0 < high and (low < excess) != (high < excess):
            share = math.log(excess / low) / math.log(high / low)
            between = alpha * (next_alpha / alpha) ** share
            found.append(Seed(Place(between, beta + share * (next_beta - beta)), curve.home))
    return found
