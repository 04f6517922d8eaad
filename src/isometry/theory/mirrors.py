"""Which activations can be made exactly linear by mirrored weights."""

import numpy as np

from isometry.theory.registry import ActivationLike, activation

PROBES = np.concatenate([np.geomspace(1e-3, 30.0, 200), np.arange(0.5, 30.0, 0.5)])
ROUNDING = 1e-9


def mirror_slope(spec: ActivationLike) -> float | None:
    """The ``c`` with ``φ(u) - φ(-u) = c u`` for all ``u``, or ``None`` where there is none.

    With it the block ``[[W, -W], [-W, W]] / c`` between layers makes a stack of any depth linear at
    the start, so that orthogonal ``W`` make all its singular values 1. Every ``x·S(x)`` with
    ``S(x) + S(-x) = 1`` has ``c = 1``.

    Args:
        spec: Name, record or function.

    Returns:
        ``c``, or ``None``.

    Raises:
        InputError: ``spec`` cannot be used.

    >>> mirror_slope("leaky_relu(0.2)"), mirror_slope("gelu"), mirror_slope("mish")
    (1.2, 1.0, None)
    """
    phi = activation(spec)
    ratios = (phi(PROBES) - phi(-PROBES)) / PROBES
    slope = float(np.median(ratios))
    same = np.abs(ratios - slope) <= ROUNDING * max(1.0, abs(slope))
    return round(slope, 12) if slope != 0.0 and same.all() else None
