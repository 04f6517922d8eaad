"""The Jacobian from one layer to another, for one sample: how it stretches directions."""

import math
from dataclasses import dataclass

import numpy as np

from isometry.measurements.courses import Course
from isometry.measurements.observed import Array

LARGEST = 512
"""Outputs up to which the whole spectrum is computed."""
PROBES = 16
"""Random directions that are carried back where it is not."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Singular values of ``J = ∂ last / ∂ first`` of one sample, or their first two moments.

    Attributes:
        first: Path of the layer whose output is varied.
        last: Path of the layer whose output is looked at.
        values: All singular values, greatest first; empty where they are too many.
        mean: Mean of the squared singular values over the outputs, ``tr J Jᵀ / n``; exact where
            ``values`` is not empty, else from random directions.
        variance: Variance of the squared singular values over ``mean²``: 0 where the Jacobian is an
            isometry up to a factor.
        layers: How many layers lie between.
    """

    first: str
    last: str
    values: tuple[float, ...]
    mean: float
    variance: float
    layers: int


def of_matrix(course: Course, jacobian: Array) -> Spectrum:
    """The whole spectrum of ``J``, shape (outputs, inputs)."""
    values = np.linalg.svd(jacobian, compute_uv=False)
    squares = np.zeros(len(jacobian))
    squares[: len(values)] = values**2
    mean = float(squares.mean())
    variance = float(squares.var() / mean**2) if mean > 0 else math.nan
    ends = course.paths[0], course.paths[-1]
    return Spectrum(*ends, tuple(values.tolist()), mean, variance, len(course) - 1)


def of_probes(course: Course, squares: Array, outputs: int) -> Spectrum:
    """Moments from ``‖Jᵀu‖²`` for standard normal ``u``.

    ``E uᵀAu = tr A`` and ``Var uᵀAu = 2 tr A²`` for ``A = J Jᵀ`` (Hutchinson 1990).

    Args:
        course: What lies between.
        squares: One number for each direction, shape (probes,).
        outputs: Length of ``u``.

    Returns:
        The moments, without values.
    """
    trace = float(squares.mean())
    second = float(squares.var(ddof=1)) / 2
    mean = trace / outputs
    variance = second / outputs / mean**2 - 1 if mean > 0 else math.nan
    return Spectrum(
        course.paths[0], course.paths[-1], (), mean, max(variance, 0.0), len(course) - 1
    )
