"""Special functions; SciPy is loaded by the first call that needs it, as that takes 0.1 s."""

import math

import numpy as np

from isometry.theory.activations import Array

FEW = 10_000
"""Up to this many points the C library's function, one by one, is faster than loading SciPy."""


def erf(x: Array) -> Array:
    """The error function, to rounding."""
    if x.size <= FEW:
        return np.fromiter(map(math.erf, x.flat), np.float64, x.size).reshape(x.shape)
    from scipy.special import erf as scipy_erf  # noqa: PLC0415 - see the module's first line

    values: Array = scipy_erf(x)
    return values


def normal_cdf(x: Array) -> Array:
    """Distribution function of the standard normal, ``erfc(-x/√2) / 2``, accurate in both tails."""
    if x.size <= FEW:
        t = -x / math.sqrt(2.0)
        return np.fromiter(map(math.erfc, t.flat), np.float64, t.size).reshape(t.shape) / 2
    from scipy.special import ndtr  # noqa: PLC0415 - see the module's first line

    values: Array = ndtr(x)
    return values


def normal_density(x: Array) -> Array:
    """Density of the standard normal."""
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def log_one_plus_exp(x: Array) -> Array:
    """``log(1 + exp(x))`` without overflow."""
    return np.logaddexp(0.0, x)


def logistic(x: Array) -> Array:
    """``1 / (1 + exp(-x))`` without overflow, accurate in both tails."""
    return np.exp(-log_one_plus_exp(-x))
