"""Arithmetic on laws against arithmetic on numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from isometry import schemes
from isometry.frameworks.torch.native.terms import Drawn, Step, Term, applied, independent, settled

NUMBERS = st.floats(-4, 4).filter(lambda number: abs(number) > 1e-3)


def _uniform() -> Drawn:
    return Drawn(schemes.Uniform(-1.0, 3.0), (5,))


@given(NUMBERS, NUMBERS)
def test_an_affine_image_of_a_normal_is_normal(factor: float, shift: float) -> None:
    term = applied("add", applied("mul", Drawn(schemes.Normal(0.5, 2.0), (5,)), factor), shift)
    assert isinstance(term, Drawn)
    assert isinstance(term.law, schemes.Normal)
    numbers = (0.5 * factor + shift, 2.0 * abs(factor))
    assert (term.law.mean, term.law.std) == pytest.approx(numbers)


@given(NUMBERS, NUMBERS)
def test_an_affine_image_of_a_uniform_is_uniform_in_the_end(factor: float, shift: float) -> None:
    term = settled(applied("add", applied("mul", _uniform(), factor), shift))
    assert isinstance(term, Drawn)
    assert isinstance(term.law, schemes.Uniform)
    ends = sorted((-factor + shift, 3 * factor + shift))
    assert [term.law.low, term.law.high] == pytest.approx(ends)


@pytest.mark.parametrize(
    "term",
    [
        applied("neg", _uniform()),
        applied("mul", _uniform(), -1.0),
        applied("div", _uniform(), -2.0),
        applied("sub", 1.0, _uniform()),
    ],
)
def test_a_mirrored_uniform_stays_a_step_until_the_end(term: Term) -> None:
    assert isinstance(term, Step)
    assert isinstance(settled(term), Drawn)


def test_a_product_with_zero_is_no_law() -> None:
    assert isinstance(applied("mul", _uniform(), 0.0), Step)


def test_the_inverse_error_function_of_a_uniform_is_a_truncated_normal() -> None:
    term = applied("erfinv", Drawn(schemes.Uniform(-0.5, 0.9), (5,)))
    assert isinstance(term, Drawn)
    assert isinstance(term.law, schemes.TruncatedNormal)
    std = math.sqrt(0.5)
    low, high = term.law.low, term.law.high
    law = stats.truncnorm(low / std, high / std, 0.0, std)
    quantiles = law.ppf([0.1, 0.5, 0.8])  # the k-th quantile of erfinv(u) is erfinv of u's
    uniform = [math.erf(x) for x in quantiles]
    assert uniform == pytest.approx([-0.5 + 1.4 * p for p in (0.1, 0.5, 0.8)])


def test_a_clip_that_cuts_is_no_law() -> None:
    truncated = Drawn(schemes.TruncatedNormal(0.0, 1.0, -2.0, 2.0), (5,))
    assert applied("clip", truncated, -2.0, 2.0) is not truncated
    assert isinstance(applied("clip", truncated, -2.0, 2.0), Drawn)
    assert isinstance(applied("clip", truncated, -1.0, 2.0), Step)
    assert isinstance(applied("clip", Drawn(schemes.Normal(0.0, 1.0), (5,)), -9.0, 9.0), Step)


def test_independence_ends_where_elements_mix() -> None:
    unit = Drawn(schemes.Normal(0.0, 1.0), (5,))
    assert independent(applied("exp", unit), (5,))
    assert not independent(Step("sum", (unit, 0.0)), (5,))
    assert not independent(unit, (5, 5))
