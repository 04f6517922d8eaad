import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from isometry import errors, rng
from tests.rng import cases

SMALLEST = 2.0**-126
WORDS = st.integers(0, 2**32 - 1)
ENDS = [0, 1, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]


@pytest.mark.parametrize("name", cases.LAWS)
@given(words=st.lists(WORDS, min_size=2))
def test_values_rise_with_words(name: str, words: list[int]) -> None:
    law = cases.LAWS[name].integer
    values = [law.value(word) for word in sorted([*words, *ENDS])]
    assert values == sorted(values)
    assert max(map(abs, values)) == law.largest


@pytest.mark.parametrize("name", cases.LAWS)
def test_a_law_is_a_few_32_bit_integers_and_one_float32(name: str) -> None:
    law = cases.LAWS[name].integer
    assert 0 <= law.base < 2**32
    assert 0 <= law.span < 2**32
    assert -(2**31) <= law.number(0) <= law.number(2**32 - 1) < 2**31
    assert -(2**31) <= law.offset < 2**31
    assert 0 <= law.shift <= 27
    assert float(np.float32(law.scale)) == law.scale


@given(mean=st.floats(-1e3, 1e3), std=st.floats(1e-3, 1e3), word=WORDS)
def test_a_normal_value_is_mean_and_std_times_the_unit_value(
    mean: float, std: float, word: int
) -> None:
    unit = rng.Normal().integer.number(word) / 2**27
    exact = mean + std * unit
    assert rng.Normal(mean, std).integer.value(word) == pytest.approx(
        exact, rel=2**-22, abs=2**-22 * max(abs(mean), std / 16)
    )


@given(
    mean=st.floats(-2.0, 2.0),
    std=st.floats(0.01, 10.0),
    low=st.floats(-3.0, 2.0),
    width=st.floats(0.5, 5.0),
)
def test_truncated_values_stay_between_the_bounds_and_come_near_them(
    mean: float, std: float, low: float, width: float
) -> None:
    low, high = mean + low * std, mean + (low + width) * std
    law = rng.TruncatedNormal(mean, std, low, high).integer
    smallest, largest = law.value(0), law.value(2**32 - 1)
    assert low <= smallest
    assert largest <= high
    assert smallest - low < 0.01 * std
    assert high - largest < 0.01 * std


@given(low=st.floats(-1e3, 1e3), width=st.floats(1e-3, 1e3))
def test_uniform_values_stay_in_the_half_open_interval(low: float, width: float) -> None:
    high = low + width
    law = rng.Uniform(low, high).integer
    step = 2 * max(abs(low), abs(high)) * 2**-24
    assert float(np.float32(low)) <= law.value(0) <= low + 2 * step
    assert high - 3 * step <= law.value(2**32 - 1) < float(np.float32(high))


@given(high=st.floats(1e-20, 1e20))
def test_a_symmetric_uniform_law_is_its_own_mirror_image(high: float) -> None:
    law = rng.Uniform(-high, high).integer
    assert law.value(0) == -law.value(2**32 - 1)
    assert law.number(2**31 - 1) == -1
    assert law.number(2**31) == 1


def test_bounds_beyond_the_table_cut_nothing() -> None:
    free = rng.Normal(1.0, 2.0).integer
    assert rng.TruncatedNormal(1.0, 2.0, -math.inf, math.inf).integer == free
    assert rng.TruncatedNormal(1.0, 2.0, -12.0, 14.0).integer == free


@pytest.mark.parametrize(
    ("law", "smallest"),
    [
        (rng.Normal(std=2.0**-99), 1),
        (rng.Uniform(-(2.0**-102), 2.0**-102), 1),
        (rng.Uniform(0.0, 2.0**-102), 1),
        (rng.Sign(SMALLEST), 1),
        (rng.Constant(-SMALLEST), 1),
    ],
)
def test_the_smallest_laws_have_no_subnormal_value(law: rng.Law, smallest: int) -> None:
    assert abs(law.integer.scale) * smallest == SMALLEST


def test_zero_is_a_constant() -> None:
    assert rng.Constant(0.0).integer.value(7) == 0.0
    assert math.copysign(1.0, rng.Constant(-0.0).integer.value(7)) == -1.0


# Moments ----------------------------------------------------------------------------------------

INTERVALS = [(-2.0, 2.0), (-3.0, 1.0), (0.0, 8.0), (1.0, 3.0), (-0.5, -0.25), (-8.0, 8.0), (2, 4)]


@pytest.mark.parametrize(("low", "high"), INTERVALS)
def test_truncated_moments_against_scipy(low: float, high: float) -> None:
    law = rng.TruncatedNormal(0.5, 2.0, 0.5 + 2.0 * low, 0.5 + 2.0 * high)
    mean, var, excess = stats.truncnorm.stats(low, high, loc=0.5, scale=2.0, moments="mvk")
    assert law.mean == pytest.approx(float(mean), rel=1e-9)
    assert law.std == pytest.approx(math.sqrt(var), rel=1e-6)
    assert law.kurtosis == pytest.approx(float(excess) + 3.0, rel=1e-4)


def test_a_narrow_cut_is_a_uniform_law() -> None:
    law = rng.TruncatedNormal.from_sigmas(1.0, 1e-3)
    assert law.std * math.sqrt(12) / 2e-3 == pytest.approx(1.0, rel=1e-6)
    assert law.kurtosis == pytest.approx(1.8, rel=1e-6)


@pytest.mark.parametrize("cut", [0.5, 2.0, 3.0, math.inf])
def test_an_exact_std_is_exact(cut: float) -> None:
    law = rng.TruncatedNormal.from_sigmas(0.02, cut, 0.1, exact_std=True)
    assert law.std == pytest.approx(0.02, rel=1e-12)
    assert law.mean == pytest.approx(0.1, abs=1e-15)
    assert (law.high - 0.1) / law.parent_std == pytest.approx(cut)


def test_without_it_the_parent_has_the_std() -> None:
    law = rng.TruncatedNormal.from_sigmas(0.02)
    assert law.parent_std == 0.02
    assert law.std / 0.02 == pytest.approx(0.8796256610342398, rel=1e-12)


STATED = [
    (rng.Uniform(-1.0, 3.0), 1.0, 4 / math.sqrt(12), 1.8),
    (rng.Normal(2.0, 0.5), 2.0, 0.5, 3.0),
    (rng.Sign(0.25), 0.0, 0.25, 1.0),
    (rng.Constant(0.1), 0.1, 0.0, 1.0),
]


@pytest.mark.parametrize(("law", "mean", "std", "kurtosis"), STATED)
def test_stated_moments(law: rng.Law, mean: float, std: float, kurtosis: float) -> None:
    assert (law.mean, law.std, law.kurtosis) == (mean, std, kurtosis)


# Errors -----------------------------------------------------------------------------------------

NAN, INF = math.nan, math.inf
REFUSED = [
    (lambda: rng.Normal(NAN), "mean is nan. Needed: a finite number. Do: pass another mean."),
    (
        lambda: rng.Normal(0.0, 0.0),
        "std is 0.0. Needed: a finite number above 0. Do: pass another std.",
    ),
    (
        lambda: rng.Normal(0, INF),
        "std is inf. Needed: a finite number above 0. Do: pass another std.",
    ),
    (
        lambda: rng.Normal(0.0, 2.0**-100),
        "a normal law of mean 0.0 and std 7.888609052210118e-31 has steps of 5.88e-39. Needed: "
        "steps of at least 2**-126, so that no value is a subnormal float32. Do: choose larger "
        "numbers, or Constant(0.0).",
    ),
    (
        lambda: rng.Normal(0.0, 1e38),
        "a normal law of mean 0.0 and std 1e+38 gives values above 3.4e+38. Needed: values that "
        "float32 can hold. Do: choose smaller numbers.",
    ),
    (
        lambda: rng.Normal(1.0, 1e-12),
        "a normal law of mean 1.0 and std 1e-12 is constant in float32. Needed: std above |mean| / "
        "10**9. Do: use Constant.",
    ),
    (lambda: rng.Uniform(NAN, 1.0), "low is nan. Needed: a finite number. Do: pass another low."),
    (lambda: rng.Uniform(0.0, INF), "high is inf. Needed: a finite number. Do: pass another high."),
    (
        lambda: rng.Uniform(1.0, 1.0),
        "Uniform(low=1.0, high=1.0) is empty. Needed: low below high. Do: swap the bounds, or use "
        "Constant.",
    ),
    (
        lambda: rng.Uniform(1.0, 1.0 + 2**-30),
        "Uniform(low=1.0, high=1.0000000009313226) holds no float32. Needed: bounds further apart. "
        "Do: use Constant.",
    ),
    (
        lambda: rng.Uniform(-1e39, 1e39),
        "Uniform(low=-1e+39, high=1e+39) gives values above 3.4e+38. Needed: values that float32 "
        "can hold. Do: choose smaller numbers.",
    ),
    (
        lambda: rng.TruncatedNormal(0.0, 1.0, 2.0, 2.0),
        "TruncatedNormal(parent_mean=0.0, parent_std=1.0, low=2.0, high=2.0) is empty. Needed: low "
        "below high. Do: swap the bounds, or use Constant.",
    ),
    (
        lambda: rng.TruncatedNormal(0.0, 1.0, NAN, 2.0),
        "TruncatedNormal(parent_mean=0.0, parent_std=1.0, low=nan, high=2.0) is empty. Needed: low "
        "below high. Do: swap the bounds, or use Constant.",
    ),
    (
        lambda: rng.TruncatedNormal(0.0, 1.0, 5.0, 6.0),
        "2.9e-07 of a normal law of mean 0.0 and std 1.0 lies between 5.0 and 6.0. Needed: at "
        "least 2**-16 of it. Do: widen the bounds, or use Uniform for a narrow interval.",
    ),
    (
        lambda: rng.TruncatedNormal.from_sigmas(1.0, 0.0),
        "cut is 0.0. Needed: a number of parent stds above 0. Do: pass cut=2.0.",
    ),
    (
        lambda: rng.Sign(-1.0),
        "magnitude is -1.0. Needed: a finite number above 0. Do: pass another magnitude.",
    ),
    (
        lambda: rng.Sign(1e-39),
        "Sign(magnitude=1e-39) has steps of 1e-39. Needed: steps of at least 2**-126, so that no "
        "value is a subnormal float32. Do: choose larger numbers, or Constant(0.0).",
    ),
    (
        lambda: rng.Constant(value=True),
        "value is True. Needed: a finite number. Do: pass another value.",
    ),
    (
        lambda: rng.Constant(1e-40),
        "value is 1e-40. Needed: 0, or a magnitude from 2**-126 to 3.4e38, so that it is a normal "
        "float32. Do: pass another value.",
    ),
]


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_law_that_cannot_be_drawn_is_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(errors.InputError) as caught:
        make()
    assert str(caught.value) == message


def test_a_law_can_be_changed_by_replacing_a_field() -> None:
    assert replace(rng.Normal(), std=2.0) == rng.Normal(0.0, 2.0)
