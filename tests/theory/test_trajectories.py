import math

import numpy as np
import pytest

from isometry import errors, theory


def test_xavier_halves_a_relu_per_layer() -> None:
    path = theory.trajectory("relu", 31, weight_var=1.0)
    assert path.q[-1] == pytest.approx(2.0**-30, rel=1e-9)
    assert path.signal_rms == pytest.approx(2.0**-15, rel=1e-9)
    assert path.gradient_rms == pytest.approx(2.0**-15, rel=1e-9)


def test_torch_default_leaves_a_sixth_of_the_gradient() -> None:
    path = theory.trajectory("relu", 3, weight_var=1 / 3)
    assert path.gradient == pytest.approx((1 / 36, 1 / 6, 1.0))


def test_a_critical_point_keeps_both() -> None:
    point = theory.critical("sigmoid", 1.0, cancel_mean=True)
    path = theory.trajectory(
        "sigmoid",
        40,
        weight_var=point.weight_var,
        bias_var=point.bias_var,
        start=1.0,
        cancel_mean=True,
    )
    assert (path.signal_rms, path.gradient_rms) == pytest.approx((1.0, 1.0), rel=1e-9)


def test_xavier_loses_the_gradient_of_sigmoid() -> None:
    q = theory.q_star("sigmoid", weight_var=1.0)
    path = theory.trajectory("sigmoid", 11, weight_var=1.0, start=q)
    assert path.gradient_rms == pytest.approx(5.4e-7, rel=0.02)


def test_what_is_beyond_all_numbers_stays_there() -> None:
    dead = theory.trajectory("relu", 2000, weight_var=1.0)
    burst = theory.trajectory("relu", 2000, weight_var=4.0, bias_var=0.1)
    assert 0.0 <= dead.q[-1] < 1e-99
    assert burst.q[-1] > 1e99
    assert dead.q[-1] == dead.q[-2]


def test_he_doubles_a_residual_stream_per_block() -> None:
    path = theory.residual_trajectory("relu", 10, weight_var=2.0)
    assert path.q[-1] == pytest.approx(2.0**10)
    assert path.gradient[0] == pytest.approx(2.0**10)


@pytest.mark.parametrize("blocks", [10, 100, 1000])
def test_scaled_branches_grow_less_than_e(blocks: int) -> None:
    path = theory.residual_trajectory("relu", blocks, weight_var=2.0, branch=blocks**-0.5)
    assert path.q[-1] == pytest.approx((1 + 1 / blocks) ** blocks)
    assert path.gradient[0] == pytest.approx((1 + 1 / blocks) ** blocks)
    assert path.q[-1] < math.e


def test_a_bounded_branch_grows_linearly() -> None:
    path = theory.residual_trajectory("tanh", 400, weight_var=1.0)
    assert np.diff(path.q)[-1] == pytest.approx(1.0, abs=0.05)
    assert np.diff(path.q)[-1] < 1.0


def test_a_stream_beyond_all_numbers_stays_there() -> None:
    path = theory.residual_trajectory("relu", 800, weight_var=2.0, start=1.0)
    assert path.q[-1] == path.q[-2] > 1e99


def test_a_wide_network_follows_the_trajectory() -> None:
    """Three layers of 4,000 units: within the width band, which a gain 10 % off leaves."""
    rng = np.random.default_rng(3)
    n, depth = 4000, 4
    h = rng.standard_normal(n)
    for _ in range(depth - 1):
        h = rng.standard_normal((n, n)) @ np.tanh(h) * (1.3 / math.sqrt(n))
    band = theory.width_band("tanh", depth, width=n).tolerance
    right = theory.trajectory("tanh", depth, weight_var=1.69).q[-1]
    wrong = theory.trajectory("tanh", depth, weight_var=1.69 * 1.21).q[-1]
    measured = float(np.mean(h * h))
    assert abs(math.log(measured / right)) < band < abs(math.log(measured / wrong))


def test_no_depth() -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.trajectory("relu", 0, weight_var=2.0)
    assert str(caught.value) == (
        "depth is 0. Needed: at least 1 layer. Do: pass the number of weight layers."
    )
