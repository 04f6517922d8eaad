"""A logarithm with the same bits everywhere, and the moments of one of a uniform law."""

from math import log, sqrt

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from isometry.schemes.mixtures import standardised
from isometry.schemes.scheme import Moments

LN2 = 0.6931471805599453
"""Natural logarithm of 2, rounded to float64."""

TERMS = 11
"""Terms of the series; with ``s² < 0.0295`` the first one left out is below ``2^-53``."""


def logarithm(x: NDArray[float64]) -> NDArray[float64]:
    """Natural logarithm of positive numbers, from IEEE-exact operations alone.

    ``log x = e log 2 + 2 artanh s`` with ``x = m 2^e``, ``m`` in ``[sqrt(1/2), sqrt(2))`` and
    ``s = (m - 1) / (m + 1)``. The C libraries' logarithms differ in their last bits; sums, products
    and quotients do not.

    >>> bool(np.abs(logarithm(np.array([1.0, 10.0])) - np.log([1.0, 10.0])).max() < 1e-15)
    True
    """
    m, e = np.frexp(x)
    low = m < sqrt(0.5)
    m, e = np.where(low, 2 * m, m), np.where(low, e - 1, e)
    s = (m - 1) / (m + 1)
    square, series = s * s, np.zeros_like(s)
    for power in range(2 * TERMS - 1, 0, -2):
        series = series * square + 1 / power
    result: NDArray[float64] = 2 * s * series + e * LN2
    return result


def uniform_log_moments(m: float) -> Moments:
    """Moments of ``log U(1, m)``.

    ``E log^n = I_n / (m - 1)`` with ``I_0 = m - 1`` and ``I_n = m log^n m - n I_(n-1)``.

    >>> round(uniform_log_moments(99.0).mean, 6)
    3.642009
    """
    length = log(m)
    integrals = [m - 1]
    for n in range(1, 5):
        integrals.append(m * length**n - n * integrals[-1])
    a, b, c, d = (integral / (m - 1) for integral in integrals[1:])
    var = b - a * a
    third = c - 3 * a * b + 2 * a**3
    fourth = d - 4 * a * c + 6 * a * a * b - 3 * a**4
    return standardised(a, var, third, fourth)
