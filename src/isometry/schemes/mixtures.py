"""Moments of a tensor from the moments of its parts."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isometry import rng
from isometry.schemes.scheme import Moments


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the entries of a tensor.

    Attributes:
        count: How many.
        moments: Theirs.
    """

    count: int
    moments: Moments


def mixture(parts: Iterable[Part]) -> Moments:
    """Moments over all entries of all parts.

    With ``w`` the share of a part, ``d`` the distance of its mean from that of all, and ``s``,
    ``γ``, ``κ`` its std, skewness and kurtosis: the central moments are ``Σ w (s² + d²)``,
    ``Σ w (γ s³ + 3 s² d + d³)`` and ``Σ w (κ s⁴ + 4 γ s³ d + 6 s² d² + d⁴)``.

    >>> all_of_them = mixture([Part(1, Moments(1.0, 0.0)), Part(3, Moments(0.0, 0.0))])
    >>> all_of_them.mean, round(all_of_them.std**2, 12), round(all_of_them.kurtosis, 12)
    (0.25, 0.1875, 2.333333333333)
    """
    filled = [part for part in parts if part.count]
    count = sum(part.count for part in filled)
    if not count:
        return Moments(0.0, 0.0, 1.0)
    mean = sum(part.count * part.moments.mean for part in filled) / count
    central = [(part.count / count, _central(part.moments, mean)) for part in filled]
    var, third, fourth = (sum(w * moments[n] for w, moments in central) for n in range(3))
    return standardised(mean, var, third, fourth)


def standardised(mean: float, var: float, third: float, fourth: float) -> Moments:
    """Moments from the mean and the central moments; a constant has kurtosis 1."""
    if not var:
        return Moments(mean, 0.0, 1.0)
    return Moments(mean, sqrt(var), fourth / var**2, third / var**1.5)


def of_law(law: rng.Law) -> Moments:
    """Moments of independent entries of one law."""
    return Moments(law.mean, law.std, law.kurtosis)


def of_values(values: NDArray[Any]) -> Moments:
    """Moments of given values, exact to rounding; a complex number counts as two.

    >>> of_values(np.array([0.0, 2.0]))
    Moments(mean=1.0, std=1.0, kurtosis=1.0, skewness=0.0)
    """
    if not values.size:
        return Moments(0.0, 0.0, 1.0)
    numbers = real_parts(values).astype(np.float64).reshape(-1)
    mean = float(numbers.mean())
    centred = numbers - mean
    var, third, fourth = (float((centred**power).mean()) for power in (2, 3, 4))
    return standardised(mean, var, third, fourth)


def real_parts(values: NDArray[Any]) -> NDArray[Any]:
    """Complex numbers as their real and imaginary parts in turn; all others as they are.

    >>> real_parts(np.array([1 + 2j]))
    array([1., 2.])
    """
    if values.dtype.kind != "c":
        return values
    return np.ascontiguousarray(values).view(values.real.dtype)


def two_valued(nonzeros: int, count: int, value: float) -> Moments:
    """Moments of a tensor with ``value`` in ``nonzeros`` of its entries and 0 in the others."""
    still = Moments(0.0, 0.0, 1.0)
    return mixture([Part(nonzeros, Moments(value, 0.0, 1.0)), Part(count - nonzeros, still)])


def _central(moments: Moments, mean: float) -> tuple[float, float, float]:
    """Second, third and fourth moment about a mean that is not the own one."""
    d, s, third = moments.mean - mean, moments.std, moments.skewness * moments.std**3
    fourth = moments.kurtosis * s**4 + 4 * third * d + 6 * s**2 * d**2 + d**4
    return s**2 + d**2, third + 3 * s**2 * d + d**3, fourth
