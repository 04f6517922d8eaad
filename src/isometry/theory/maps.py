"""The three maps of mean-field theory: length, correlation, gradient (Poole et al. 2016, eqs. 3-5).

``σ_w²`` (``weight_var``) is the variance of a weight times its fan-in, ``σ_b²`` (``bias_var``)
that of a bias; ``q = E h²`` is the second moment of a preactivation, ``c`` the correlation of two.
"""

from isometry.errors import InputError
from isometry.theory.activations import GatedUnit
from isometry.theory.bivariate import joint_expectation
from isometry.theory.expectations import moments
from isometry.theory.registry import ActivationLike, activation


def q_map(
    spec: ActivationLike | GatedUnit, q: float, *, weight_var: float, bias_var: float = 0.0
) -> float:
    """``Q(q) = σ_w² E φ(√q z)² + σ_b²``: the second moment one layer on.

    Args:
        spec: Name, record or function.
        q: Second moment of this layer's preactivation.
        weight_var: ``σ_w²``, not negative.
        bias_var: ``σ_b²``, not negative.

    Returns:
        ``Q(q)``.

    Raises:
        InputError: An argument cannot be used.

    He's variance keeps the signal of a ReLU at any size:

    >>> q_map("relu", 9.0, weight_var=2.0)
    9.0
    """
    check_variances(weight_var, bias_var)
    return weight_var * moments(spec, q).m2 + bias_var


def c_map(
    spec: ActivationLike, c: float, *, q: float, weight_var: float, bias_var: float = 0.0
) -> float:
    """``C(c) = (σ_w² E φ(u) φ(v) + σ_b²) / Q(q)``: the correlation one layer on.

    ``u, v ~ N(0, q)`` with correlation ``c``. ``C(1) = 1`` at any ``q``; at ``q*`` this is the map
    of Poole et al. 2016, eq. 5.

    Args:
        spec: Name, record or function.
        c: Correlation of the preactivations of two inputs, from -1 to 1.
        q: Their second moment.
        weight_var: ``σ_w²``.
        bias_var: ``σ_b²``.

    Returns:
        ``C(c)``, from -1 to 1.

    Raises:
        InputError: An argument cannot be used.

    ReLU pulls independent inputs together, to a correlation of 1/π:

    >>> round(c_map("relu", 0.0, q=1.0, weight_var=2.0), 6)
    0.31831
    """
    check_variances(weight_var, bias_var)
    phi = activation(spec)
    q_next = q_map(phi, q, weight_var=weight_var, bias_var=bias_var)
    return (weight_var * joint_expectation(phi.function, phi, q, c) + bias_var) / q_next


def c_slope(
    spec: ActivationLike, c: float, *, q: float, weight_var: float, bias_var: float = 0.0
) -> float:
    """``C'(c) = σ_w² q E φ'(u) φ'(v) / Q(q)``: how fast correlations move.

    Arguments as in ``c_map``. At ``q*`` and ``c = 1`` it is ``χ``.
    """
    check_variances(weight_var, bias_var)
    phi = activation(spec)
    q_next = q_map(phi, q, weight_var=weight_var, bias_var=bias_var)
    return weight_var * q * joint_expectation(phi.derivative, phi, q, c) / q_next


def chi(spec: ActivationLike | GatedUnit, q: float, *, weight_var: float) -> float:
    """``χ = σ_w² E φ'(√q z)²``: factor of the gradient's mean square per layer, backwards.

    Above 1 gradients grow and neighbouring inputs part (chaos); below 1 both fade (order).

    Args:
        spec: Name, record or function.
        q: Second moment of the preactivation.
        weight_var: ``σ_w²``.

    Returns:
        ``χ``, 0 or above.

    Raises:
        InputError: An argument cannot be used.

    >>> round(chi("sigmoid", 0.265, weight_var=1.0), 4)
    0.0557
    """
    check_variances(weight_var, 0.0)
    return weight_var * moments(spec, q).d2


def chi_parallel(spec: ActivationLike | GatedUnit, q: float, *, weight_var: float) -> float:
    """``χ_∥ = Q'(q) = σ_w² dm2/dq``: factor by which an error in ``q`` grows per layer."""
    check_variances(weight_var, 0.0)
    return weight_var * moments(spec, q).dq


def check_variances(weight_var: float, bias_var: float) -> None:
    """Raise unless both are finite and not negative.

    Args:
        weight_var: ``σ_w²``.
        bias_var: ``σ_b²``.

    Raises:
        InputError: One of them is not.
    """
    for name, value in (("weight_var", weight_var), ("bias_var", bias_var)):
        if not 0.0 <= value < float("inf"):
            raise InputError(
                f"{name} is {value:g}",
                needed="a finite variance, 0 or above",
                do="pass weight_var = gain**2 and bias_var = 0.0, for example",
            )
