"""Which law a sample was drawn from: uniform, normal, or normal cut at a few deviations.

A law that explains the sample must pass three tests of size, not of significance. Its bounds hold
the sample; its skewness and kurtosis are the sample's; and its distribution function is nowhere far
from the sample's. Each allows an effect that does not matter, plus what chance alone does to a
sample of this size. Among those that pass, one is named when the sample is `ODDS` times likelier
under it than under every other.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from isometry import rng

Values = NDArray[float64]

Law = Literal["normal", "truncated normal", "uniform"]

NAMES: tuple[Law, ...] = get_args(Law)

DISTANCE = 0.01
"""Distance of two distribution functions (Kolmogorov) that does not matter. A normal cut at three
deviations lies 0.002 from a whole one and passes for it; a uniform lies 0.06 away, a normal cut at
two deviations 0.016, a Laplace 0.06, a Student t of 5 degrees 0.03."""
CHANCE = 2.0
"""Times ``1 / sqrt(n)``: the distance that a sample from the law itself exceeds one time in a
hundred (Smirnov 1948, table); less often still when mean and std are taken from the sample."""
ODDS = math.log(1e3)
"""Log likelihood by which a law must lead: the wrong one of two does so at most once in 1000."""
TAIL = 0.2
"""Distance of two kurtoses, or skewnesses, that does not matter: a uniform has 1.8, a normal cut at
two deviations 2.37, a normal 3, a Laplace 6, a Student t of 5 degrees 9."""
ERRORS = 4.0
"""Sampling errors of std, skewness and kurtosis that count as chance."""
GRID = np.linspace(0.0, 1.0, 513)[1:-1]
"""Shares at which distribution functions are compared."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A law of mean 0 and std 1.

    Attributes:
        name: Its name.
        bound: Greatest size of a value.
        kurtosis: Its kurtosis, which gives the sampling error of a std.
        quantiles: Where the shares of `GRID` lie.
        density: Log density within the bounds.
    """

    name: Law
    bound: float
    kurtosis: float
    quantiles: Values
    density: Callable[[Values], Values]


def laws(values: Values, *, eps: float = 0.0) -> tuple[Law, ...]:
    """The laws that explain a sample, the only one where the sample can tell.

    Args:
        values: The sample: finite, one-dimensional, not all equal.
        eps: Distance from 1 to the next number of the dtype that the values were rounded to.

    Returns:
        Nothing where no law explains the sample; several, likeliest first, where the sample is too
        small to tell.

    >>> from isometry import rng
    >>> key = rng.derive_key(0, "w")
    >>> laws(rng.draw(key, rng.Uniform(-1.0, 1.0), 0, 4096).astype(float64))
    ('uniform',)
    >>> laws(rng.draw(key, rng.Uniform(-1.0, 1.0), 0, 16).astype(float64))
    ('uniform', 'truncated normal', 'normal')
    """
    x = np.sort(values - values.mean()) / values.std()
    passed = []
    for one in candidates():
        centre, scale = _ends(x) if one.name == "uniform" else (0.0, 1.0)
        z = (x - centre) / scale
        if _holds(one, z, eps) and _near(one, z, eps):
            passed.append((_likelihood(one, z) - z.size * math.log(scale), one.name))
    likely = sorted(passed, reverse=True)
    names = [name for log, name in likely if log > likely[0][0] - ODDS]
    return tuple(dict.fromkeys(names))


@cache
def candidates() -> tuple[Candidate, ...]:
    """Every law that is told apart.

    A cut at two deviations is that of Keras, JAX and timm; one at 1.5 has the same name.
    """
    return _uniform(), _cut(1.5), _cut(2.0), _normal()


def _ends(x: Values) -> tuple[float, float]:
    """Centre and std of a uniform from its two ends, which are far sharper than mean and std.

    With std 1 its ends are ``2 sqrt(3)`` apart, those of a sample ``(n - 1) / (n + 1)`` of that.
    """
    centre, reach = (x[0] + x[-1]) / 2, (x[-1] - x[0]) / 2
    return float(centre), float(reach) / math.sqrt(3.0) * (x.size + 1) / (x.size - 1)


def _likelihood(one: Candidate, z: Values) -> float:
    """Log likelihood; the law is widened where a chance in the std makes it too narrow."""
    wider = max(1.0, float(z[-1] - z[0]) / (2 * one.bound))
    return float(one.density(z / wider).sum()) - z.size * math.log(wider)


def _holds(one: Candidate, z: Values, eps: float) -> bool:
    error = ERRORS * math.sqrt((one.kurtosis - 1) / (4 * z.size))
    # A mean that is off by its own error, 1 / sqrt(n), moves the values towards one bound.
    reach = math.hypot(one.bound * error, ERRORS / math.sqrt(z.size)) + one.bound * eps
    if float(max(-z[0], z[-1])) > one.bound + reach:
        return False
    squares = z * z
    # Sampling errors of skewness and kurtosis under a normal, the widest of all laws here.
    return (
        abs(float(squares.mean()) - 1) <= TAIL / 4 + 2 * error
        and abs(float((squares * z).mean())) <= TAIL + ERRORS * math.sqrt(6 / z.size)
        and abs(float((squares * squares).mean()) - one.kurtosis)
        <= TAIL + ERRORS * math.sqrt(24 / z.size)
    )


def _near(one: Candidate, z: Values, eps: float) -> bool:
    """Rounding moves a value by ``eps / 2`` of itself at most, and so a share by a quarter of it.

    For ``x f(x) <= 1/2`` under every law here.
    """
    shares = np.searchsorted(z, one.quantiles, side="right") / z.size
    distance = float(np.abs(shares - GRID).max())
    return distance <= DISTANCE + CHANCE / math.sqrt(z.size) + eps / 4


def _uniform() -> Candidate:
    bound = math.sqrt(3.0)
    level = -math.log(2 * bound)
    return Candidate(
        "uniform", bound, 9 / 5, bound * (2 * GRID - 1), lambda z: np.full(z.shape, level)
    )


def _normal() -> Candidate:
    return Candidate("normal", math.inf, 3.0, _normal_quantiles(GRID), _log_normal)


def _cut(cut: float) -> Candidate:
    """The normal law cut at ``cut`` deviations and widened to std 1."""
    law = rng.TruncatedNormal.from_sigmas(1.0, cut, exact_std=True)
    scale, mass = law.parent_std, math.erf(cut / math.sqrt(2.0))

    def density(z: Values) -> Values:
        return _log_normal(z / scale) - math.log(scale * mass)

    quantiles = scale * _normal_quantiles((1 - mass) / 2 + mass * GRID)
    return Candidate("truncated normal", law.high, law.kurtosis, quantiles, density)


def _log_normal(z: Values) -> Values:
    return -z * z / 2 - math.log(2 * math.pi) / 2


def _normal_quantiles(shares: Values) -> Values:
    """By interpolation of the distribution function, to 1e-6."""
    x = np.linspace(-6.0, 6.0, 12001)
    below = np.fromiter((math.erfc(-one / math.sqrt(2.0)) / 2 for one in x), float64, x.size)
    return np.interp(shares, below, x)
