"""Entries that a small program computes from draws."""

from math import exp, log, sqrt
from typing import Any

import numpy as np
import pytest
from scipy import stats

from isometry import errors, schemes
from isometry.schemes import Computed
from tests.schemes.drawing import values
from tests.schemes.shapes import bare, packed

OWN = ((-1,),)
NORMAL = schemes.Normal(0.0, 1.0)
UNIFORM = schemes.Uniform(0.0, 1.0)


def test_a_program_is_a_function_of_its_draws() -> None:
    """Inverse softplus of a log-uniform step size, as state-space models start with."""
    low, high = log(1e-3), log(1e-1)
    program: tuple[Any, ...] = (
        ("exp", "$0"),
        ("neg", "$1"),
        ("expm1", "$2"),
        ("neg", "$3"),
        ("log", "$4"),
        ("add", "$1", "$5"),
    )
    scheme = Computed((schemes.Uniform(low, high),), OWN, program)
    step = np.log1p(np.exp(values(scheme, bare(5000)).astype(np.float64)))
    law = stats.loguniform(1e-3, 1e-1)
    assert stats.kstest(step, law.cdf).pvalue > 1e-4
    assert stats.kstest(step, stats.uniform(1e-3, 0.1).cdf).pvalue < 1e-4


@pytest.mark.parametrize(
    ("source", "program", "mean", "std"),
    [
        (NORMAL, (("square", "$0"),), 1.0, sqrt(2)),
        (UNIFORM, (("mul", "$0", 3.0),), 1.5, 3 / sqrt(12)),
        (NORMAL, (("exp", "$0"),), exp(0.5), sqrt((exp(1) - 1) * exp(1))),
        (schemes.TruncatedNormal(), (("abs", "$0"),), 0.7236, 0.5001),
        (NORMAL, (("where", "$0", 1.0, 2.0),), 1.0, 0.0),
        (NORMAL, (("rsqrt", 4.0), ("mul", "$0", "$1")), 0.0, 0.5),
        (NORMAL, (("erf", "$0"),), 0.0, 0.6816),
    ],
)
def test_moments_of_elementwise_programs(
    source: schemes.Scheme, program: tuple[Any, ...], mean: float, std: float
) -> None:
    stated = Computed((source,), OWN, program).moments(bare(10))
    assert (stated.mean, stated.std) == pytest.approx((mean, std), abs=2e-3, rel=5e-3)


def test_two_sources_take_words_of_their_own() -> None:
    scheme = Computed((NORMAL, NORMAL), OWN * 2, (("mul", "$0", "$1"),))
    found = values(scheme, bare(20_000)).astype(np.float64)
    # Of a square the mean would be 1; one standard error is 0.7 %.
    assert abs(found.mean()) < 0.05
    assert scheme.moments(bare(20_000)).std == pytest.approx(1, rel=0.01)


def test_a_reduction_sees_all_entries() -> None:
    program = (("mean", "$0", 1.0, 0.0), ("sub", "$0", "$1"))
    scheme = Computed((NORMAL,), OWN, program)
    found = values(scheme, bare(50, 8))
    assert np.abs(found.mean(axis=0)).max() < 1e-6
    assert scheme.moments(bare(50, 8)).std == pytest.approx(sqrt(1 - 1 / 50), rel=0.02)


def test_a_reduction_without_axes_is_over_all() -> None:
    scheme = Computed((NORMAL,), OWN, (("max", "$0", 0.0),))
    found = values(scheme, bare(50, 8))
    assert (found == found[0, 0]).all()


def test_sources_may_be_recorded_or_of_another_shape() -> None:
    recorded = schemes.Values.of(np.arange(3.0))
    scheme = Computed((recorded, UNIFORM), ((3,), (2, 1)), (("add", "$0", "$1"),))
    found = values(scheme, bare(2, 3))
    np.testing.assert_allclose(found - found[:, :1], [[0, 1, 2], [0, 1, 2]], atol=1e-6)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (schemes.Constant(2.0), "exp(2.0)"),
        (UNIFORM, "exp(uniform(0.0, 1.0))"),
        (NORMAL, "exp(normal(0.0, 1.0))"),
        (schemes.TruncatedNormal(), "exp(truncated_normal(0.0, 1.0, -2.0, 2.0))"),
        (schemes.Sign(), "exp(sign)"),
    ],
)
def test_formulas(source: schemes.Scheme, text: str) -> None:
    assert Computed((source,), OWN, (("exp", "$0"),)).formula == text


def test_a_source_in_pieces_is_refused() -> None:
    inner = schemes.Patchwork(NORMAL, (((0, 1),),), (UNIFORM,))
    scheme = Computed((inner,), ((4,),), (("exp", "$0"),))
    with pytest.raises(errors.InputError, match=r"^source patchwork is drawn in pieces\."):
        values(scheme, bare(4))


def test_a_value_that_is_not_finite_is_refused() -> None:
    scheme = Computed((UNIFORM,), OWN, (("sub", "$0", "$0"), ("div", 1.0, "$1")))
    with np.errstate(divide="ignore"), pytest.raises(errors.InputError) as caught:
        values(scheme, packed(4, 4))
    assert str(caught.value) == (
        "attn.in_proj: div(1.0, sub(uniform(0.0, 1.0), uniform(0.0, 1.0))) gave a value that is "
        "not finite. Needed: finite values. Do: check the program at the ends of its sources' "
        "ranges."
    )


@pytest.mark.parametrize(
    ("shapes", "program", "message"),
    [
        (
            (),
            (),
            "1 sources have 0 shapes. Needed: one shape a source. Do: give (-1,) for the "
            "tensor's own shape.",
        ),
        (
            OWN,
            (("exp", "$1"),),
            "step exp takes $1 when there are 1 values. Needed: a value that was made before. "
            "Do: put the steps in order.",
        ),
        (
            OWN,
            (("mul", "$0", float("nan")),),
            "step mul takes nan. Needed: a finite number. Do: check the program.",
        ),
    ],
)
def test_programs_that_cannot_run_are_refused(
    shapes: tuple[tuple[int, ...], ...], program: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(errors.InputError) as caught:
        Computed((UNIFORM,), shapes, program)
    assert str(caught.value) == message


def test_an_unknown_function_is_refused() -> None:
    with pytest.raises(errors.InputError, match=r"^the program uses 'system'\. Needed: one of abs"):
        Computed((UNIFORM,), OWN, (("system", "$0"),))
