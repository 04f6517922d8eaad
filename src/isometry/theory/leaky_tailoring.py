"""Tailored leaky ReLU: the negative slope that lets correlations rise just so far in a network."""

import math

from isometry.errors import InputError
from isometry.theory.networks import Network, peak
from isometry.theory.registry import activation
from isometry.theory.roots import root
from isometry.theory.shapes import Shape, judged

ETA = 0.9
"""``η``: the correlation that independent inputs have after the network."""


def leaky_slope_for(net: Network, *, eta: float = ETA) -> float:
    """The negative slope ``a`` of leaky ReLUs with ``C_f(0) = η`` for the network.

    ``C_a(c) = ((1-a)² (√(1-c²) + (π - arccos c) c) / π + 2 a c) / (1 + a²)`` (Zhang, Botev &
    Martens 2022), layer after layer; the largest over subnetworks counts.

    Args:
        net: The network.
        eta: ``η``, above 0 and below 1.

    Returns:
        ``a``, from 0 to 1.

    Raises:
        InputError: ``eta`` is out of range, or even plain ReLUs stay below it.

    >>> from isometry.theory.networks import Layers
    >>> round(leaky_slope_for(Layers(50)), 6)
    0.430523
    """
    if not 0.0 < eta < 1.0:
        raise InputError(
            f"eta is {eta:g}", needed="a correlation above 0 and below 1", do="pass eta=0.9"
        )

    def surplus(a: float) -> float:
        return peak(net, lambda c: leaky_correlation(c, a=a), 0.0) - eta

    most = surplus(0.0) + eta
    if most < eta:
        raise InputError(
            f"with plain ReLUs independent inputs reach a correlation of {most:.5f} only",
            needed=f"a network deep enough for eta = {eta:g}",
            do=f"use ReLU as it is, or pass an eta below {math.floor(most * 100) / 100:g}",
        )
    return root(surplus, 0.0, 1.0)


def tat_leaky(net: Network, *, eta: float = ETA) -> Shape:
    """``√(2 / (1 + a²)) LReLU_a`` with the slope that ``leaky_slope_for`` gives.

    Homogeneous and without a shift it has ``Q(q) = q`` and ``C'(1) = 1``; its curvature is infinite
    as ReLU's, so the correlation after the whole network takes the place of a curvature.

    Args:
        net: The network.
        eta: ``η``.

    Returns:
        The shape.

    Raises:
        InputError: As ``leaky_slope_for``.

    >>> from isometry.theory.networks import Layers
    >>> shape = tat_leaky(Layers(50))
    >>> shape.activation.family, shape.met
    ('leaky_relu', ('Q(1)', "Q'(1)", "C'(1)"))
    """
    a = leaky_slope_for(net, eta=eta)
    gamma = math.sqrt(2.0 / (1.0 + a * a))
    shape = Shape(activation(f"leaky_relu(a={a!r})"), 1.0, 0.0, gamma, 0.0)
    return judged(shape, {"Q(1)": 1.0, "Q'(1)": 1.0, "C'(1)": 1.0})


def leaky_correlation(c: float, *, a: float) -> float:
    """``C_a(c)``: the correlation after a leaky ReLU of negative slope ``a``."""
    c = min(1.0, c)
    arc = (math.sqrt(1.0 - c * c) + (math.pi - math.acos(c)) * c) / math.pi
    return ((1.0 - a) ** 2 * arc + 2.0 * a * c) / (1.0 + a * a)
