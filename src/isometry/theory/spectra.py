"""Beyond the mean: the spectrum of the input-output Jacobian, and the noise of a finite width."""

import math
from dataclasses import dataclass
from typing import Literal, assert_never

from isometry.errors import InputError
from isometry.theory.activations import GatedUnit
from isometry.theory.expectations import moments
from isometry.theory.registry import ActivationLike, activation

Ensemble = Literal["gaussian", "orthogonal"]


@dataclass(frozen=True, slots=True)
class JacobianSpectrum:
    """The first two moments of the squared singular values of ``J``, in the limit of large width.

    Attributes:
        mean: Mean squared singular value, ``χ^L``.
        variance: Variance of the squared singular values; 0 is dynamical isometry.
    """

    mean: float
    variance: float


@dataclass(frozen=True, slots=True)
class WidthBand:
    """Where ``log(q_L / q_L^theory)`` lies at a finite width, with Gaussian weights.

    Attributes:
        shift: Its mean, ``-(κ-1) L / (2n)``; negative.
        std: Its standard deviation, ``√((κ-1) L / n)``.
        tolerance: Bound on its absolute value that four standard deviations allow.
    """

    shift: float
    std: float
    tolerance: float


def jacobian_spectrum(
    spec: ActivationLike, depth: int, *, weight_var: float, q: float, ensemble: Ensemble
) -> JacobianSpectrum:
    """Mean ``m = χ^L`` and variance ``m² L (μ₂/μ₁² - 1 - s₁)`` of the spectrum of ``J Jᵀ``.

    ``μ_k = E φ'^{2k}`` at ``q``; ``s₁`` is 0 for orthogonal weights and -1 for Gaussian ones
    (Pennington, Schoenholz & Ganguli 2018, eqs. 18-19).

    Args:
        spec: Name, record or function.
        depth: Number of layers ``L``.
        weight_var: ``σ_w²``.
        q: Second moment of the preactivations, taken to be the same in all layers.
        ensemble: The law of the weights.

    Returns:
        Mean and variance.

    Raises:
        InputError: An argument cannot be used.

    Orthogonal linear layers are an isometry at any depth, Gaussian ones never:

    >>> jacobian_spectrum("linear", 50, weight_var=1.0, q=1.0, ensemble="orthogonal").variance
    0.0
    >>> round(
    ...     jacobian_spectrum("linear", 50, weight_var=1.0, q=1.0, ensemble="gaussian").variance, 9
    ... )
    50.0
    """
    at = moments(activation(spec), q)
    mean = float(weight_var * at.d2) ** depth
    spread = max(0.0, at.slope_kurtosis - 1.0) - _s1(ensemble)
    return JacobianSpectrum(mean, mean**2 * depth * spread)


def width_band(
    spec: ActivationLike | GatedUnit, depth: int, *, width: int, q: float = 1.0
) -> WidthBand:
    """The band in which a measured ``log q_L`` must lie (Hanin & Rolnick 2018).

    Each layer averages ``φ²`` over ``n`` units, whose relative variance is ``κ - 1``; so
    ``Var log q_L ≈ (κ-1) L / n``, and the logarithm's mean lies half of that below.

    Args:
        spec: Name, record or function.
        depth: Number of layers ``L``.
        width: Units ``n`` per layer, at least 1.
        q: Second moment of the preactivations.

    Returns:
        Mean, standard deviation and bound of the logarithm.

    Raises:
        InputError: An argument cannot be used.

    >>> round(width_band("relu", 10, width=500).std ** 2, 9)
    0.1
    """
    if width < 1:
        raise InputError(f"width is {width}", needed="at least 1 unit", do="pass the layers' width")
    variance = (moments(spec, q).kappa - 1.0) * depth / width
    std, shift = math.sqrt(variance), -variance / 2.0
    return WidthBand(shift=shift, std=std, tolerance=4.0 * std - shift)


def _s1(ensemble: Ensemble) -> float:
    """The S-transform's first coefficient for ``W Wᵀ``."""
    match ensemble:
        case "gaussian":
            return -1.0
        case "orthogonal":
            return 0.0
    assert_never(ensemble)
