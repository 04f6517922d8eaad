"""What a softmax over random logits does: the size of its probabilities, exactly."""

import math
from dataclasses import dataclass

import numpy as np

from isometry.errors import InputError
from isometry.theory.activations import Array
from isometry.theory.quadrature import PANEL, REACH, panel_rule

STEP = 0.1
"""Step of the trapezoidal rule over ``log t``, which converges faster than any power."""
TAIL = 25.0
"""The integrand falls as ``exp(2 s)`` below: 1e-22 at this distance."""


@dataclass(frozen=True, slots=True)
class SoftmaxMoments:
    """Softmax ``p`` over ``T`` independent logits of variance ``logit_var``.

    Attributes:
        tokens: ``T``.
        logit_var: Variance of a logit.
        m2: ``T² E p²``, which is 1 for equal probabilities and tends to ``exp(logit_var)``.
        var: ``T² Var p = m2 - 1``.
        gain: ``T / √m2``: brings ``p`` to a second moment of 1.
        effective_tokens: ``1 / Σ E p² = T / m2``: over how many tokens attention averages.
        freezing_std: ``√(2 ln T)``: logits of this standard deviation single out one token.
    """

    tokens: int
    logit_var: float
    m2: float
    var: float
    gain: float
    effective_tokens: float
    freezing_std: float


def softmax_moments(tokens: int, *, logit_var: float = 1.0) -> SoftmaxMoments:
    """Exact moments of softmax probabilities, to 1e-10, by one integral.

    With ``S = Σ e^{x_i}`` and ``1/S² = ∫ t e^{-tS} dt``:
    ``E p² = ∫ t E[e^{2x} e^{-t e^x}] (E e^{-t e^x})^{T-1} dt``.

    Args:
        tokens: Number ``T`` of logits, at least 1.
        logit_var: Their variance, above 0 and at most 25.

    Returns:
        The moments, normalised so that equal probabilities have ``m2 = 1``.

    Raises:
        InputError: An argument is out of range.

    >>> round(softmax_moments(4).m2, 3)
    1.568
    """
    if tokens < 1 or not 0.0 < logit_var <= 25.0:
        raise InputError(
            f"tokens is {tokens} and logit_var is {logit_var:g}",
            needed="at least 1 token and a logit variance above 0, at most 25",
            do="pass logit_var=1.0 for queries and keys at their usual scale",
        )
    m2 = tokens**2 * _second_moment(tokens, math.sqrt(logit_var))
    return SoftmaxMoments(
        tokens=tokens,
        logit_var=logit_var,
        m2=m2,
        var=m2 - 1.0,
        gain=tokens / math.sqrt(m2),
        effective_tokens=tokens / m2,
        freezing_std=math.sqrt(2.0 * math.log(tokens)),
    )


def _second_moment(tokens: int, sigma: float) -> float:
    rule = panel_rule(np.linspace(-REACH, REACH, math.ceil(2 * REACH / PANEL) + 1))
    x = sigma * rule.z
    low = -math.log(tokens) - 2.0 * sigma**2 - TAIL
    s = np.arange(low, REACH * sigma + 5.0, STEP)
    laplace = np.exp(-np.exp(s[:, None] + x))
    others: Array = laplace @ rule.weights
    own: Array = (np.exp(2.0 * (s[:, None] + x)) * laplace) @ rule.weights
    return float(STEP * (own * others ** (tokens - 1)).sum())
