"""Whether two samples come from one distribution: the measure of every row of the parity table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Draw = Callable[[], Any]
"""Makes a sample: an array of any shape, or a tensor that NumPy can read."""

Values = NDArray[np.float64]

STD_TOLERANCE = 0.01
"""Relative difference of two stds that is sampling error: five standard errors of 250,000."""
ACCEPTED = 1e-3
"""Two samples of one law have a smaller p-value once in a thousand; all seeds are fixed."""
REJECTED = 1e-6
"""A neighbouring convention must have a smaller one, or a std off by twice the tolerance."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that a framework draws, and what isometry draws in its place.

    Attributes:
        theirs: The framework's name for it.
        ours: This library's name for it.
        law: The distribution in words.
        draw_theirs: A sample of the installed framework's.
        draw_ours: A sample of this library's.
        neighbour: The convention that it is most easily taken for.
        draw_neighbour: A sample of that one, which must be told apart.
    """

    theirs: str
    ours: str
    law: str
    draw_theirs: Draw
    draw_ours: Draw
    neighbour: str
    draw_neighbour: Draw


@dataclass(frozen=True, slots=True)
class Fixed:
    """Values that are not random and must be equal, element for element.

    Attributes:
        theirs: The framework's name for it.
        ours: This library's name for it.
        law: The values in words.
        draw_theirs: The installed framework's values.
        draw_ours: This library's.
    """

    theirs: str
    ours: str
    law: str
    draw_theirs: Draw
    draw_ours: Draw


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two samples beside each other.

    Attributes:
        std: Std of the first.
        ratio: Std of the second over that of the first.
        p: P-value of the two-sample Kolmogorov-Smirnov test.
    """

    std: float
    ratio: float
    p: float

    @property
    def same(self) -> bool:
        """Whether the two can be samples of one law."""
        return abs(self.ratio - 1) < STD_TOLERANCE and self.p > ACCEPTED

    @property
    def different(self) -> bool:
        """Whether they certainly are not."""
        return abs(self.ratio - 1) > 2 * STD_TOLERANCE or self.p < REJECTED


def judge(row: Row) -> tuple[Comparison, Comparison]:
    """Their sample beside ours, and beside the neighbour's."""
    theirs = values(row.draw_theirs)
    return compare(theirs, values(row.draw_ours)), compare(theirs, values(row.draw_neighbour))


def compare(a: Values, b: Values) -> Comparison:
    """Measure two samples; stds are root mean squares, so that a shifted mean is seen too."""
    root = np.sqrt(np.mean(a**2))
    result = stats.ks_2samp(a, b, method="asymp")
    return Comparison(float(np.std(a)), float(np.sqrt(np.mean(b**2)) / root), float(result.pvalue))


def values(draw: Draw) -> Values:
    """All values of a sample in one row."""
    return np.asarray(draw(), dtype=np.float64).ravel()
