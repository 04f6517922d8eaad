import math

import mpmath
import numpy as np
import pytest

from isometry import errors, theory


@pytest.mark.parametrize("logit_var", [0.01, 1.0, 9.0])
def test_one_token_takes_all(logit_var: float) -> None:
    found = theory.softmax_moments(1, logit_var=logit_var)
    assert (found.m2, found.effective_tokens) == pytest.approx((1.0, 1.0), rel=1e-10)


def test_two_tokens_are_a_sigmoid() -> None:
    """``p = σ(x₁ - x₂)``, whose argument has twice the variance."""
    exact = mpmath.quad(
        lambda z: mpmath.npdf(z) / (1 + mpmath.exp(-mpmath.sqrt(2) * z)) ** 2, [-12, -4, 0, 4, 12]
    )
    assert theory.softmax_moments(2).m2 == pytest.approx(4 * float(exact), rel=1e-10)


def test_monte_carlo() -> None:
    """Within four standard errors; a logit variance 10 % off is not."""
    x = np.random.default_rng(2).standard_normal((10_000, 256))
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    sums = 256 * (p * p).sum(axis=1)
    band = 4 * float(sums.std()) / 100
    assert abs(float(sums.mean()) - theory.softmax_moments(256).m2) < band
    assert abs(float(sums.mean()) - theory.softmax_moments(256, logit_var=1.1).m2) > band


def test_limits() -> None:
    assert theory.softmax_moments(100_000).m2 == pytest.approx(math.e, rel=1e-3)
    assert theory.softmax_moments(100_000).var == pytest.approx(math.e - 1, rel=1e-3)
    assert theory.softmax_moments(100_000).gain / 100_000 == pytest.approx(0.606531, rel=1e-3)
    assert theory.softmax_moments(64, logit_var=1e-6).effective_tokens == pytest.approx(64)
    assert theory.softmax_moments(64).freezing_std == pytest.approx(math.sqrt(2 * math.log(64)))


@pytest.mark.parametrize(("tokens", "logit_var"), [(0, 1.0), (4, 0.0), (4, 26.0), (4, math.nan)])
def test_out_of_range(tokens: int, logit_var: float) -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.softmax_moments(tokens, logit_var=logit_var)
    assert str(caught.value) == (
        f"tokens is {tokens} and logit_var is {logit_var:g}. Needed: at least 1 token and a logit"
        " variance above 0, at most 25. Do: pass logit_var=1.0 for queries and keys at their usual"
        " scale."
    )
