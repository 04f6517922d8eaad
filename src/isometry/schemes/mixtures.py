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
        skewness: Third central moment over ``std**3``.
    """

    count: int
    moments: Moments
    skewness: float = 0.0


def mixture(parts: Iterable[Part]) -> Moments:
    """Moments over all entries of all parts.

    With ``w`` the share of a part, ``d`` the distance of its mean from that of all, and ``s``,
    ``γ``, ``κ`` its std, skewness and kurtosis: ``var = Σ w (s² + d²)`` and the fourth moment is
    ``Σ w (κ s⁴ + 4 γ s³ d + 6 s² d² + d⁴)``.

    >>> all_of_them = mixture([Part(1, Moments(1.0, 0.0)), Part(3, Moments(0.0, 0.0))])
    >>> all_of_them.mean, round(all_of_them.std**2, 12), round(all_of_them.kurtosis, 12)
    (0.25, 0.1875, 2.333333333333)
    """
    filled = [part for part in parts if part.count]
    count = sum(part.count for part in filled)
    if not count:
        return Moments(0.0, 0.0, 1.0)
    mean = sum(part.count * part.moments.mean for part in filled) / count
    var = sum(part.count * _second(part, mean) for part in filled) / count
    fourth = sum(part.count * _fourth(part, mean) for part in filled) / count
    return Moments(mean, sqrt(var), fourth / var**2 if var else 1.0)


def of_law(law: rng.Law) -> Moments:
    """Moments of independent entries of one law."""
    return Moments(law.mean, law.std, law.kurtosis)


def of_values(values: NDArray[Any]) -> Moments:
    """Moments of given values, exact to rounding.

    >>> of_values(np.array([0.0, 2.0]))
    Moments(mean=1.0, std=1.0, kurtosis=1.0)
    """
    if not values.size:
        return Moments(0.0, 0.0, 1.0)
    numbers = values.astype(np.float64).reshape(-1)
    mean = float(numbers.mean())
    squares = (numbers - mean) ** 2
    var = float(squares.mean())
    return Moments(mean, sqrt(var), float((squares**2).mean()) / var**2 if var else 1.0)


def two_valued(nonzeros: int, count: int, value: float) -> Moments:
    """Moments of a tensor with ``value`` in ``nonzeros`` of its entries and 0 in the others."""
    still = Moments(0.0, 0.0, 1.0)
    return mixture([Part(nonzeros, Moments(value, 0.0, 1.0)), Part(count - nonzeros, still)])


def _second(part: Part, mean: float) -> float:
    return part.moments.std**2 + (part.moments.mean - mean) ** 2


def _fourth(part: Part, mean: float) -> float:
    d, s = part.moments.mean - mean, part.moments.std
    own = part.moments.kurtosis * s**4
    return own + 4 * part.skewness * s**3 * d + 6 * s**2 * d**2 + d**4
