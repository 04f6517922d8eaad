import numpy as np
import pytest
from numpy.typing import NDArray

from isometry import errors, theory


def test_orthogonal_relu_has_no_isometry() -> None:
    found = theory.jacobian_spectrum("relu", 20, weight_var=2.0, q=1.0, ensemble="orthogonal")
    assert (found.mean, found.variance) == pytest.approx((1.0, 20.0))


def test_small_signals_make_tanh_nearly_isometric() -> None:
    """``μ₂/μ₁² - 1 ≈ 8 q²`` for small ``q``."""
    point = theory.critical("tanh", 0.01)
    found = theory.jacobian_spectrum(
        "tanh", 50, weight_var=point.weight_var, q=point.q, ensemble="orthogonal"
    )
    assert found.variance == pytest.approx(50 * 8 * 0.01**2, rel=0.2)


def test_away_from_the_edge_the_mean_is_a_power_of_chi() -> None:
    found = theory.jacobian_spectrum("linear", 10, weight_var=0.5, q=1.0, ensemble="gaussian")
    assert found.mean == pytest.approx(0.5**10)
    assert found.variance == pytest.approx(10 * 0.25**10)


def _spectrum(*, orthogonal: bool) -> tuple[float, float]:
    """Mean and variance of the squared singular values of 40 nets of four layers, 120 wide."""
    rng = np.random.default_rng(5)
    squares = [_squares(rng, orthogonal=orthogonal) for _ in range(40)]
    mean = float(np.mean(squares))
    return mean, float(np.mean([np.var(each) for each in squares]))


def _squares(rng: np.random.Generator, *, orthogonal: bool) -> NDArray[np.float64]:
    n, q = 120, 0.5
    point = theory.critical("hardtanh", q)
    jacobian: NDArray[np.float64] = np.eye(n)
    h: NDArray[np.float64] = np.sqrt(q) * rng.standard_normal(n)
    for _ in range(4):
        gaussian = rng.standard_normal((n, n))
        weight: NDArray[np.float64] = (
            np.linalg.qr(gaussian)[0] if orthogonal else gaussian / np.sqrt(n)
        )
        jacobian = point.gain * weight @ ((np.abs(h) < 1.0)[:, None] * jacobian)
        noise = np.sqrt(point.bias_var) * rng.standard_normal(n)
        h = point.gain * weight @ np.clip(h, -1, 1) + noise
    return np.asarray(np.linalg.svd(jacobian, compute_uv=False) ** 2, dtype=np.float64)


@pytest.mark.parametrize(("ensemble", "orthogonal"), [("orthogonal", True), ("gaussian", False)])
def test_measured_spectra(ensemble: theory.Ensemble, orthogonal: bool) -> None:
    """Within 12 % of theory, where the two ensembles lie a factor of three apart."""
    weight_var = theory.critical("hardtanh", 0.5).weight_var
    exact = theory.jacobian_spectrum("hardtanh", 4, weight_var=weight_var, q=0.5, ensemble=ensemble)
    found = _spectrum(orthogonal=orthogonal)
    assert found == pytest.approx((exact.mean, exact.variance), rel=0.12)


def test_the_ensembles_are_far_apart() -> None:
    """The control of the test above."""
    kwargs = {"weight_var": theory.critical("hardtanh", 0.5).weight_var, "q": 0.5}
    gaussian = theory.jacobian_spectrum("hardtanh", 4, ensemble="gaussian", **kwargs)
    orthogonal = theory.jacobian_spectrum("hardtanh", 4, ensemble="orthogonal", **kwargs)
    assert gaussian.variance > 3 * orthogonal.variance


def test_the_width_band_of_relu() -> None:
    band = theory.width_band("relu", 30, width=64)
    assert band.std**2 == pytest.approx(5 * 30 / 64)
    assert band.shift == pytest.approx(-(band.std**2) / 2)
    assert band.tolerance == pytest.approx(4 * band.std + band.std**2 / 2)


def test_the_width_band_covers_what_narrow_networks_do() -> None:
    """The logarithm over 400 networks has the band's mean and std, to 15 %."""
    rng = np.random.default_rng(7)
    n, depth, nets = 64, 10, 400
    h = rng.standard_normal((nets, n))
    for _ in range(depth):
        weights = rng.standard_normal((nets, n, n)) * np.sqrt(2 / n)
        h = np.einsum("bij,bj->bi", weights, np.maximum(h, 0))
    logs = np.log(np.mean(h * h, axis=1))
    band = theory.width_band("relu", depth, width=n)
    assert logs.std() == pytest.approx(band.std, rel=0.15)
    assert logs.mean() == pytest.approx(band.shift, abs=4 * band.std / np.sqrt(nets))
    assert (np.abs(logs) < band.tolerance).all()


def test_no_width() -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.width_band("relu", 3, width=0)
    assert str(caught.value) == ("width is 0. Needed: at least 1 unit. Do: pass the layers' width.")
