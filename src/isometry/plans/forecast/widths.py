"""What a finite width adds: how far the mean square of one draw lies from that of infinitely many.

Channels are independent draws of one row of weights each. With ``C`` channels, of kurtosis ``κ``,
seen at ``N`` samples and ``P`` positions whose correlations are ``d`` and ``c``, the mean square of
one draw has the relative variance ``(κ - 1)/C · R`` with ``R`` the mean of the squared correlation
over all pairs of places; two places whose inputs are uncorrelated over draws still have the squared
correlation ``1/rank`` in one draw. Over layers the variances of the logarithm add up (Hanin and
Nica 2018).
"""

import math

from isometry.plans.forecast import layouts
from isometry.plans.forecast.signal import Signal

CHANCE = 2.2
"""Standard deviations of a band's half width, of ``log rms``."""

RULE = 0.02
"""What the rules themselves are allowed to be off, relative, beside the draw."""


WIDEST = 300.0
"""In ``log(rms)``; where nothing arrives, as before weights of 0, relative widths have no end."""


def drawn(signal: Signal) -> float:
    """Relative variance of the mean square that the last draw of weights adds."""
    if signal.square <= 0:
        return 0.0
    channels = max(layouts.count(signal.layout, "C"), 1)
    return (signal.kurtosis - 1) / channels * _agreement(signal)


def _agreement(signal: Signal) -> float:
    samples = max(layouts.count(signal.layout, "N"), 1)
    positions = max(layouts.count(signal.layout, "P"), 1)
    chance = 1 / signal.rank
    within = min((signal.positions / signal.square) ** 2 + chance, 1.0)
    across = min((signal.samples / signal.square) ** 2 + chance, 1.0)
    pairs = 1 + (positions - 1) * within + (samples - 1) * positions * across
    return pairs / (samples * positions)


def total(signal: Signal) -> float:
    """Variance of ``log(mean square)`` of one draw."""
    return signal.depth + drawn(signal)


def band(signal: Signal) -> tuple[float, float]:
    """Where the root mean square of one draw lies, in 95 of 100 layers."""
    half = CHANCE * math.sqrt(total(signal)) / 2 + RULE
    rms = math.sqrt(max(signal.square, 0.0))
    return around(rms, half)


def around(rms: float, half: float) -> tuple[float, float]:
    """The band of that half width in ``log(rms)``; a width beyond all numbers says nothing.

    >>> around(1.0, 0.0), around(0.0, 1e9)
    ((1.0, 1.0), (0.0, inf))
    """
    if half > WIDEST:
        return 0.0, math.inf
    return rms * math.exp(-half), rms * math.exp(half)
