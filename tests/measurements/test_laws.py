"""Laws told from samples of NumPy's and SciPy's generators, which share no code with the subject.

The stated error at 256 elements is one wrong name in 200, and one in 1000 from 1024 on. Of 400 and
300 samples, 8 wrong and 3 wrong are passed by chance once in 10**3 and 10**4 at those rates.
"""

from collections import Counter
from collections.abc import Callable

import ml_dtypes
import numpy as np
import pytest
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.stats import truncnorm

from isometry.measurements import laws as told
from isometry.measurements.laws import Law, laws

Values = NDArray[np.float64]
Draw = Callable[[Generator, int], Values]


def cut(at: float) -> Draw:
    return lambda chance, n: np.asarray(truncnorm.rvs(-at, at, size=n, random_state=chance))


KNOWN: dict[str, tuple[Law, Draw]] = {
    "uniform": ("uniform", lambda chance, n: chance.uniform(-3.0, 3.0, n)),
    "uniform off centre": ("uniform", lambda chance, n: chance.uniform(1.0, 1.1, n)),
    "normal": ("normal", lambda chance, n: chance.normal(0.0, 1e-3, n)),
    "normal off centre": ("normal", lambda chance, n: chance.normal(5.0, 0.1, n)),
    "cut at two": ("truncated normal", cut(2.0)),
    "cut at one and a half": ("truncated normal", cut(1.5)),
}

NEIGHBOURS: dict[str, Draw] = {
    "laplace": lambda chance, n: chance.laplace(size=n),
    "student": lambda chance, n: chance.standard_t(5, n),
    "two widths": lambda chance, n: chance.normal(size=n) * np.where(np.arange(n) % 2, 1.0, 3.0),
    "exponential": lambda chance, n: chance.exponential(size=n),
    "log-normal": lambda chance, n: np.exp(chance.normal(0.0, 0.5, n)),
    "cut on one side": lambda chance, n: np.abs(chance.normal(size=n)),
    # Mean, variance, skewness and kurtosis are those of a normal: the nodes of a quadrature.
    "three bumps": lambda chance, n: (
        chance.normal(0.0, 0.3, n) + np.resize([0.0, 0.0, 3**0.5, 0.0, 0.0, -(3**0.5)], n)
    ),
    "two bumps": lambda chance, n: chance.normal(size=n) + np.where(np.arange(n) % 2, 3.0, -3.0),
}


def names(draw: Draw, size: int, times: int) -> Counter[tuple[Law, ...]]:
    chance = np.random.default_rng(20)
    return Counter(laws(draw(chance, size)) for _ in range(times))


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize(("size", "times", "wrong"), [(256, 400, 8), (1024, 300, 3), (65536, 5, 0)])
def test_a_law_is_not_taken_for_another(name: str, size: int, times: int, wrong: int) -> None:
    law, draw = KNOWN[name]
    found = names(draw, size, times)
    held = sum(count for likely, count in found.items() if law in likely)
    assert times - held <= wrong


@pytest.mark.parametrize("name", KNOWN)
def test_a_thousand_elements_tell(name: str) -> None:
    law, draw = KNOWN[name]
    assert names(draw, 1024, 300)[law,] >= 297


@pytest.mark.parametrize("name", KNOWN)
def test_few_elements_do_not_tell(name: str) -> None:
    assert all(len(likely) > 1 for likely in names(KNOWN[name][1], 8, 50))


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_another_law_is_none_of_them(name: str) -> None:
    assert names(NEIGHBOURS[name], 4096, 50)[()] >= 45
    assert names(NEIGHBOURS[name], 65536, 5)[()] == 5


def test_a_cut_that_does_not_matter_is_none() -> None:
    assert names(cut(3.0), 65536, 5) == {("normal",): 5}


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn])
def test_rounding_changes_no_law(name: str, dtype: type) -> None:
    law, draw = KNOWN[name]
    values = draw(np.random.default_rng(4), 20_000)
    scaled = (values - values.mean()) / values.std()
    eps = float(ml_dtypes.finfo(dtype).eps)  # type: ignore[no-untyped-call]  # has no annotations
    assert laws(scaled.astype(dtype).astype(np.float64), eps=eps) == (law,)


def test_candidates_are_standardised() -> None:
    grid = np.linspace(-8.0, 8.0, 400_001)
    step = grid[1] - grid[0]
    found = []
    for one in told.candidates():
        mass = np.exp(one.density(grid)) * (np.abs(grid) <= one.bound) * step
        found.append([mass.sum(), (mass * grid**2).sum(), (mass * grid**4).sum() / one.kurtosis])
    assert np.allclose(found, 1.0, rtol=1e-4)
