"""Values against the law they are said to have, by Kolmogorov-Smirnov and chi-square.

False alarms: each test rejects a right law once in 10,000 seeds. Every law has a neighbour that
people confuse it with, which must be rejected.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from isometry import schemes
from isometry.schemes import Scheme
from tests.schemes.drawing import values
from tests.schemes.shapes import bare, dense, gate_bias

ALARM = 1e-4
BINS = 64

Cdf = Callable[[NDArray[Any]], NDArray[Any]]


@dataclass(frozen=True)
class Row:
    """A scheme, its law and a neighbour's.

    Attributes:
        scheme: What is drawn.
        law: Its distribution function, from SciPy.
        neighbour: One that it must not be taken for.
    """

    scheme: Scheme
    law: Any
    neighbour: Any


def cut(std: float, sigmas: float) -> Any:
    return stats.truncnorm(-sigmas, sigmas, scale=std)


EXACT = 0.02 / 0.8796256610342398

ROWS = {
    "normal": Row(schemes.Normal(0.1, 0.02), stats.norm(0.1, 0.02), stats.norm(0.1, 0.021)),
    "normal is no truncated one": Row(
        schemes.Normal(std=0.02), stats.norm(0, 0.02), cut(EXACT, 2.0)
    ),
    "uniform": Row(
        schemes.Uniform(-0.1, 0.3), stats.uniform(-0.1, 0.4), stats.norm(0.1, 0.4 / sqrt(12))
    ),
    "truncated at absolute bounds": Row(
        schemes.TruncatedNormal(0.0, 0.02, -2.0, 2.0), stats.norm(0, 0.02), cut(0.02, 2.0)
    ),
    "truncated on one side": Row(
        schemes.TruncatedNormal(0.0, 1.0, 0.0, float("inf")),
        stats.truncnorm(0.0, np.inf),
        stats.norm(0.8, 0.6),
    ),
    "cut": Row(schemes.CutNormal(0.02), cut(0.02, 2.0), cut(EXACT, 2.0)),
    "cut to an exact std": Row(
        schemes.CutNormal(0.02, exact_std=True), cut(EXACT, 2.0), cut(0.02, 2.0)
    ),
}


def ks(entries: NDArray[Any], law: Any) -> float:
    return float(stats.kstest(entries.ravel().astype(np.float64), law.cdf).pvalue)


def chi_square(entries: NDArray[Any], law: Any) -> float:
    """Equal shares in bins of equal probability."""
    places = law.cdf(entries.ravel().astype(np.float64))
    counts = np.histogram(places, bins=BINS, range=(0.0, 1.0))[0]
    return float(stats.chisquare(counts).pvalue) if counts.sum() == entries.size else 0.0


TESTS = {"ks": ks, "chi-square": chi_square}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("test", TESTS)
def test_values_follow_their_law(name: str, test: str) -> None:
    row = ROWS[name]
    assert TESTS[test](values(row.scheme, bare(300, 300)), row.law) > ALARM


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("test", TESTS)
def test_values_do_not_follow_the_neighbour(name: str, test: str) -> None:
    row = ROWS[name]
    assert TESTS[test](values(row.scheme, bare(300, 300)), row.neighbour) < ALARM


FAN_IN, FAN_OUT = 128, 256
STDS = {
    "he": sqrt(2 / FAN_IN),
    "lecun": sqrt(1 / FAN_IN),
    "glorot": sqrt(2 / (FAN_IN + FAN_OUT)),
}


def law_of(rule: str, shape: str) -> Any:
    std = STDS[rule]
    bound = std * sqrt(3)
    return stats.norm(0, std) if shape == "normal" else stats.uniform(-bound, 2 * bound)


@pytest.mark.parametrize("shape", ["normal", "uniform"])
@pytest.mark.parametrize("law", STDS)
@pytest.mark.parametrize("rule", STDS)
def test_he_lecun_and_glorot_are_told_apart(rule: str, law: str, shape: str) -> None:
    """Nine cells for each shape: the diagonal is accepted, all others are rejected."""
    entries = values(schemes.scheme(f"{rule}_{shape}"), dense(FAN_OUT, FAN_IN))
    assert (ks(entries, law_of(law, shape)) > ALARM) == (rule == law)


def test_signs_are_as_likely() -> None:
    signs = values(schemes.Sign(0.5), bare(300, 300))
    assert set(np.unique(signs)) == {-0.5, 0.5}
    assert stats.binomtest(int((signs > 0).sum()), signs.size).pvalue > ALARM


def test_truncated_values_stay_within_their_bounds() -> None:
    entries = values(schemes.TruncatedNormal(0.0, 1.0, -0.5, 2.0), bare(300, 300))
    assert -0.5 <= entries.min() < -0.499
    assert 1.99 < entries.max() <= 2.0


@pytest.mark.parametrize("cut_at", [1.0, 2.0, 3.0, 6.0])
def test_an_exact_std_is_met_at_any_cut(cut_at: float) -> None:
    entries = values(schemes.CutNormal(0.02, cut_at, exact_std=True), bare(1000, 1000))
    parent = 0.02 / float(stats.truncnorm(-cut_at, cut_at).std())
    # One standard error of the std is 7e-4 of it at most; the control is 12 % off.
    assert abs(entries.astype(np.float64).std() / 0.02 - 1) < 5e-3
    assert np.abs(entries).max() <= cut_at * parent * (1 + 1e-6)


@pytest.mark.parametrize("place", ["first", "hidden"])
def test_siren_is_uniform_within_its_bound(place: str) -> None:
    bound = 1 / 128 if place == "first" else sqrt(6 / 128) / 30
    entries = values(schemes.scheme("siren", place=place), dense(256, 128))
    assert ks(entries, stats.uniform(-bound, 2 * bound)) > ALARM
    assert ks(entries, stats.uniform(-bound * 1.05, 2.1 * bound)) < ALARM


def test_chrono_biases_are_logarithms_of_a_uniform_law() -> None:
    entries = values(schemes.ChronoBias(100), gate_bias(20_000)).reshape(4, -1)
    times = np.exp(entries[1].astype(np.float64))
    assert ks(times, stats.uniform(1, 98)) > ALARM
    assert ks(times, stats.uniform(1, 99.9)) < ALARM
    np.testing.assert_array_equal(entries[0], -entries[1])
    np.testing.assert_array_equal(entries[2:], 0)
