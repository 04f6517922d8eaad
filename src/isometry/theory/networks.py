"""What a network is to kernel shaping: layers in a row, and branches beside a shortcut.

Weighted sums are taken to be normalised: ``w x + √(1 - w²) f(x)`` for a shortcut of weight ``w``.
Slope, curvature and correlation then pass a residual block by the same rule, ``w² u + (1 - w²) v``,
and one walk serves all three (Martens et al. 2021; Zhang, Botev & Martens 2022).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from isometry.errors import InputError
from isometry.theory.roots import root

DKS_PEAK = 1.5
"""``ζ``: the largest slope ``C'(1)`` of a subnetwork under DKS."""
TAT_PEAK = 0.3
"""``τ``: the largest curvature ``C''(1)`` of a subnetwork under TAT."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Layers in a row, each an activation after normalised weights.

    Attributes:
        count: How many activations, 1 or more.

    Raises:
        InputError: ``count`` is below 1.
    """

    count: int

    def __post_init__(self) -> None:
        if self.count < 1:
            raise InputError(
                f"there are {self.count} layers",
                needed="1 or more",
                do="count the activations between input and output",
            )


@dataclass(frozen=True, slots=True)
class Residual:
    """A block ``w x + √(1 - w²) f(x)``.

    Attributes:
        branch: ``f``.
        shortcut: ``w``, from 0 up to, and not with, 1.

    Raises:
        InputError: ``shortcut`` is out of range.
    """

    branch: "Network"
    shortcut: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.shortcut < 1.0:
            raise InputError(
                f"the shortcut's weight is {self.shortcut:g}",
                needed="w of w x + √(1 - w²) f(x), from 0 to below 1",
                do="pass shortcut=0.5 ** 0.5 for a sum of equal parts",
            )


@dataclass(frozen=True, slots=True)
class Chain:
    """Networks one after another.

    Attributes:
        parts: They, first to last; one or more.

    Raises:
        InputError: There are none.
    """

    parts: tuple["Network", ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise InputError(
                "the chain is empty", needed="one part or more", do="pass Chain((Layers(10),))"
            )


Network = Layers | Residual | Chain
Map = Callable[[float], float]


def slope_for(net: Network, *, zeta: float = DKS_PEAK) -> float:
    """The slope ``ξ = C'(1)`` of each activation for which no subnetwork's exceeds ``ζ``.

    A row of ``D`` layers has the slope ``ξ^D``, a residual block ``w² + (1 - w²) C_f'(1)``; a
    branch is a subnetwork too.

    Args:
        net: The network.
        zeta: ``ζ``, above 1.

    Returns:
        ``ξ``, above 1 and at most ``ζ``.

    Raises:
        InputError: ``zeta`` is not above 1.

    >>> round(slope_for(Layers(10)), 6), round(slope_for(Layers(50)), 6)
    (1.04138, 1.008142)
    """
    if not 1.0 < zeta < float("inf"):
        raise InputError(f"zeta is {zeta:g}", needed="a finite slope above 1", do="pass zeta=1.5")

    def surplus(excess: float) -> float:
        return peak(net, lambda slope: slope * (1.0 + excess), 1.0) - zeta

    return 1.0 + root(surplus, 0.0, zeta - 1.0)


def curvature_for(net: Network, *, tau: float = TAT_PEAK) -> float:
    """The curvature ``C''(1)`` of each activation for which no subnetwork's exceeds ``τ``.

    Where all slopes are 1, ``(g ∘ f)''(1) = g''(1) f'(1)² + g'(1) f''(1)`` makes the curvatures of
    a row add up, and a residual block has ``(1 - w²)`` times that of its branch.

    Args:
        net: The network.
        tau: ``τ``, above 0.

    Returns:
        The curvature, above 0 and at most ``τ``.

    Raises:
        InputError: ``tau`` is not above 0.

    >>> round(curvature_for(Layers(50)), 6)
    0.006
    """
    if not 0.0 < tau < float("inf"):
        raise InputError(f"tau is {tau:g}", needed="a finite curvature above 0", do="pass tau=0.3")
    return tau / peak(net, lambda curvature: curvature + 1.0, 0.0)


def peak(net: Network, layer: Map, start: float) -> float:
    """The largest value over the network and the branches in it.

    Shorter runs of a row need no look: every layer adds to what the walk carries.

    Args:
        net: The network.
        layer: What one activation makes of the value.
        start: The value at the input of a subnetwork.

    Returns:
        The largest value at the output of one.
    """
    return max(_walk(part, layer, start) for part in (net, *_branches(net)))


def _walk(net: Network, layer: Map, value: float) -> float:
    match net:
        case Layers(count):
            for _ in range(count):
                value = layer(value)
            return value
        case Residual(branch, w):
            return w * w * value + (1.0 - w * w) * _walk(branch, layer, value)
        case Chain(parts):
            for part in parts:
                value = _walk(part, layer, value)
            return value
    assert_never(net)


def _branches(net: Network) -> tuple[Network, ...]:
    match net:
        case Layers():
            return ()
        case Residual(branch, _):
            return (branch, *_branches(branch))
        case Chain(parts):
            return tuple(branch for part in parts for branch in _branches(part))
    assert_never(net)
