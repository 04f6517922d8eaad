"""What a scheme states about its entries, against its entries.

False alarms: a bound of 6 standard errors is passed by chance once in 5e8 for independent entries,
and entries that depend on each other here (rows of an orthogonal matrix, mirrored pairs) vary less.
"""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from isometry import schemes
from isometry.schemes import Moments, Scheme
from tests.schemes.cases import LARGE
from tests.schemes.drawing import values
from tests.schemes.shapes import bare, dense

ERRORS = 6.0
ROUNDING = 1e-6


def allowed(stated: Moments, size: int, *, random: bool) -> tuple[float, float]:
    """Distances of mean and std from what is stated that chance or rounding may bring about."""
    rounding = ROUNDING * (abs(stated.mean) + stated.std)
    if not random:
        return rounding, rounding
    errors = stated.std / sqrt(size), stated.std * sqrt((stated.kurtosis - 1) / (4 * size))
    return ERRORS * errors[0] + rounding, ERRORS * errors[1] + rounding


def fits(name: str, stated: Moments) -> bool:
    scheme, parameter = LARGE[name]
    x = values(scheme, parameter).astype(np.float64)
    mean_error, std_error = allowed(stated, x.size, random=is_random(name))
    # About the stated mean: a measured one would take a degree of freedom.
    std = sqrt(((x - stated.mean) ** 2).mean())
    return abs(x.mean() - stated.mean) <= mean_error and abs(std - stated.std) <= std_error


def is_random(name: str) -> bool:
    scheme, parameter = LARGE[name]
    return not np.array_equal(values(scheme, parameter), values(scheme, parameter, seed=1))


def is_sharp(name: str) -> bool:
    """Whether the bound on the std is narrower than a wrongly truncated normal is off."""
    scheme, parameter = LARGE[name]
    stated = scheme.moments(parameter)
    bound = allowed(stated, parameter.size, random=is_random(name))[1]
    return bound < 0.1 * stated.std


FILLED = [name for name in LARGE if LARGE[name][1].size]
SHARP = [name for name in FILLED if is_sharp(name)]


@pytest.mark.parametrize("name", FILLED)
def test_mean_and_std_are_as_stated(name: str) -> None:
    scheme, parameter = LARGE[name]
    assert fits(name, scheme.moments(parameter))


@pytest.mark.parametrize("name", SHARP)
@pytest.mark.parametrize("factor", [0.88, 1.12])
def test_a_std_that_is_a_truncation_off_is_noticed(name: str, factor: float) -> None:
    scheme, parameter = LARGE[name]
    stated = scheme.moments(parameter)
    assert not fits(name, replace(stated, std=stated.std * factor))


def test_nearly_every_bound_on_a_std_is_sharp() -> None:
    # Noise beside a diagonal of ones has a kurtosis that makes a narrow bound impossible.
    blunt = {name for name in FILLED if LARGE[name][0].moments(LARGE[name][1]).std} - {*SHARP}
    assert blunt == {"tanh_identity", "tanh_identity wide"}


@pytest.mark.parametrize("name", FILLED)
def test_kurtosis_is_as_stated(name: str) -> None:
    scheme, parameter = LARGE[name]
    stated = scheme.moments(parameter)
    deviations = values(scheme, parameter).astype(np.float64) - stated.mean
    measured = (deviations**4).mean()
    # The largest sampling error here, of the sparse cases, is 2 %; rounding leaves a constant 1e-8.
    assert measured == pytest.approx(stated.kurtosis * stated.std**4, rel=0.06, abs=1e-28)


@pytest.mark.parametrize("name", ["orthogonal without elements", "variance_scaling empty"])
def test_a_tensor_without_elements_is_drawn(name: str) -> None:
    scheme, parameter = LARGE[name]
    assert values(scheme, parameter).shape == parameter.shape


@pytest.mark.parametrize("name", schemes.names())
def test_every_scheme_has_a_row(name: str) -> None:
    kinds = {scheme.name for scheme, _ in LARGE.values()}
    assert schemes.scheme_type(name).name in kinds


ORTHONORMAL: list[Scheme] = [schemes.Orthogonal(), schemes.SpectralOrthogonal()]


@pytest.mark.parametrize("scheme", ORTHONORMAL, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("shape", [(40, 30), (30, 40), (1, 7), (7, 1), (1, 1)])
def test_the_root_mean_square_of_an_orthonormal_matrix_is_exact(
    scheme: Scheme, shape: tuple[int, int]
) -> None:
    weight = dense(*shape)
    entries = values(scheme, weight).astype(np.float64)
    assert sqrt((entries**2).mean()) == pytest.approx(scheme.moments(weight).std, rel=1e-6)


def test_the_truncated_normal_has_its_textbook_std() -> None:
    assert schemes.TruncatedNormal().moments(bare(1)).std == pytest.approx(
        0.8796256610342398, rel=1e-12
    )
