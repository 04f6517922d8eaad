"""Each law's values have its distribution, and are told apart from a neighbour's.

Keys are fixed, so results are too. With another key a right law would fail a p-value of 1e-4 once
in 10**4 times, and a moment at 4.5 standard errors once in 10**5 times.
"""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from isometry import rng
from tests.rng import cases

SIZE = 2**19
KEY = rng.derive_key(11, "statistics")

# A law, its distribution function, and a neighbour that must be rejected.
PAIRS: dict[str, tuple[rng.Law, stats.rv_continuous, rng.Law]] = {
    "normal": (rng.Normal(), stats.norm(), rng.Normal(std=1.02)),
    "normal mean": (rng.Normal(3.0, 0.5), stats.norm(3.0, 0.5), rng.Normal(3.01, 0.5)),
    "normal not uniform": (rng.Normal(), stats.norm(), rng.Uniform(-(3**0.5), 3**0.5)),
    "normal not truncated": (rng.Normal(), stats.norm(), rng.TruncatedNormal(0.0, 1.0, -2.3, 2.3)),
    "truncated": (
        rng.TruncatedNormal.from_sigmas(1.0),
        stats.truncnorm(-2, 2),
        rng.TruncatedNormal.from_sigmas(1.0, 2.2),
    ),
    "truncated exact": (
        rng.TruncatedNormal.from_sigmas(0.8796256610342398, exact_std=True),
        stats.truncnorm(-2, 2),
        rng.TruncatedNormal.from_sigmas(0.8796256610342398),
    ),
    "truncated tail": (
        rng.TruncatedNormal(0.0, 1.0, 2.0, 4.0),
        stats.truncnorm(2, 4),
        rng.TruncatedNormal(0.0, 1.0, 2.0, 3.0),
    ),
    "uniform": (rng.Uniform(-1.0, 1.0), stats.uniform(-1, 2), rng.Uniform(-1.0, 1.02)),
    "uniform skew": (rng.Uniform(-0.1, 0.3), stats.uniform(-0.1, 0.4), rng.Uniform(-0.1, 0.31)),
}


def sample(law: rng.Law) -> NDArray[np.float64]:
    return rng.draw(KEY, law, 0, SIZE).astype(np.float64)


def chi_square(values: NDArray[np.float64], distribution: stats.rv_continuous) -> float:
    """P-value over 512 bins that are equally likely under ``distribution``."""
    levels = np.clip((distribution.cdf(values) * 512).astype(np.int64), 0, 511)
    return float(stats.chisquare(np.bincount(levels, minlength=512)).pvalue)


def kolmogorov_smirnov(values: NDArray[np.float64], distribution: stats.rv_continuous) -> float:
    """P-value by the limit law."""
    return float(stats.kstest(values, distribution.cdf, mode="asymp").pvalue)


@pytest.mark.parametrize("name", PAIRS)
def test_chi_square(name: str) -> None:
    law, distribution, neighbour = PAIRS[name]
    assert chi_square(sample(law), distribution) > 1e-4
    assert chi_square(sample(neighbour), distribution) < 1e-6


@pytest.mark.parametrize("name", PAIRS)
def test_kolmogorov_smirnov(name: str) -> None:
    law, distribution, neighbour = PAIRS[name]
    assert kolmogorov_smirnov(sample(law), distribution) > 1e-4
    assert kolmogorov_smirnov(sample(neighbour), distribution) < 1e-6


def signs_in_balance(values: NDArray[np.float64]) -> float:
    return float(stats.binomtest(int((values > 0).sum()), SIZE).pvalue)


def test_signs_are_even() -> None:
    assert set(sample(rng.Sign(0.25)).tolist()) == {-0.25, 0.25}
    assert signs_in_balance(sample(rng.Sign(0.25))) > 1e-4
    assert signs_in_balance(sample(rng.Uniform(-1.0, 1.02))) < 1e-6


def score(values: NDArray[np.float64], law: rng.Law) -> float:
    """Largest distance of a sample moment from the stated one, in standard errors."""
    deviation = values - law.mean
    fourth = deviation**4 / law.std**4
    mean = abs(deviation.mean()) / law.std
    var = abs((deviation**2).mean() / law.std**2 - 1.0) / math.sqrt(max(law.kurtosis - 1.0, 1e-9))
    kurtosis = abs(fourth.mean() - law.kurtosis) / max(fourth.std(), 1e-9)
    return float(max(mean, var, kurtosis) * math.sqrt(len(values)))


MOVING = {name: law for name, law in cases.LAWS.items() if law.kurtosis > 1.0}


@pytest.mark.parametrize("name", MOVING)
def test_stated_moments_are_those_of_the_values(name: str) -> None:
    law = cases.LAWS[name]
    assert score(sample(law), law) < 4.5
    assert score(sample(law) * 1.01, law) > 4.5
