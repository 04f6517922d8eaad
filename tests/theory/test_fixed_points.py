import math

import pytest

from isometry import errors, theory


def test_he_keeps_any_length() -> None:
    assert theory.q_star("relu", weight_var=2.0, start=7.0) == 7.0


def test_a_signal_that_dies() -> None:
    assert theory.q_star("relu", weight_var=1.0) == 0.0
    assert theory.q_star("tanh", weight_var=0.9) == 0.0


def test_a_signal_that_blows_up() -> None:
    assert theory.q_star("relu", weight_var=2.5) == math.inf
    assert theory.q_star("relu", weight_var=2.0, bias_var=0.1) == math.inf


def test_a_repelling_point_divides_the_starts() -> None:
    weight_var = theory.gain("gelu") ** 2
    assert theory.q_star("gelu", weight_var=weight_var, start=1.01) == math.inf
    assert theory.q_star("gelu", weight_var=weight_var, start=0.99) == 0.0
    assert theory.q_star("gelu", weight_var=weight_var, start=1.0) == 1.0


def test_an_attracting_point_gathers_them() -> None:
    ends = [theory.q_star("tanh", weight_var=2.0, start=start) for start in (0.01, 1.0, 100.0)]
    assert ends == pytest.approx([ends[0]] * 3, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "weight_var", "bias_var"),
    [("relu", 1.8, 0.1), ("relu", 2.0, 0.0), ("gelu", 1.9830582574375471, 0.17292239075606686)],
)
def test_order_and_criticality_merge_all_inputs(
    name: str, weight_var: float, bias_var: float
) -> None:
    q = theory.q_star(name, weight_var=weight_var, bias_var=bias_var)
    assert theory.c_star(name, q=q, weight_var=weight_var, bias_var=bias_var) == 1.0


def test_odd_activations_make_inputs_orthogonal_in_chaos() -> None:
    q = theory.q_star("tanh", weight_var=3.0)
    assert theory.c_star("tanh", q=q, weight_var=3.0) == 0.0


def test_the_edge_is_told_from_chaos_to_rounding() -> None:
    """A chaos too weak for its fixed point to be told from 1 has ``c* = 1``."""
    weight_var = 1.0 / theory.moments("gelu", 1.0).d2 * (1 + 1e-10)
    bias_var = 1.0 - weight_var * theory.moments("gelu", 1.0).m2
    assert theory.c_star("gelu", q=1.0, weight_var=weight_var, bias_var=bias_var) == 1.0


def test_depth_scales_of_a_dying_signal() -> None:
    scales = theory.depth_scales("tanh", weight_var=0.81)
    assert (scales.q_star, scales.c_star, scales.phase) == (0.0, 1.0, "ordered")
    assert scales.chi == scales.chi_parallel == pytest.approx(0.81)
    assert scales.xi_q == scales.xi_c == scales.xi_grad == pytest.approx(-1 / math.log(0.81))
    assert scales.trainable_depth == pytest.approx(6 * scales.xi_c)


def test_nothing_passes_a_flat_activation() -> None:
    scales = theory.depth_scales("relu_squared", weight_var=0.1)
    assert (scales.chi, scales.xi_c) == (0.0, 0.0)


def test_depth_scales_of_an_endless_signal() -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.depth_scales("relu", weight_var=3.0)
    assert str(caught.value) == (
        "the signal of relu grows without bound at weight_var=3. Needed: a finite fixed point of q."
        " Do: lower weight_var or bias_var, or use theory.trajectory for a finite depth."
    )


@pytest.mark.parametrize(("chi", "phase"), [(0.9, "ordered"), (1.0, "critical"), (1.1, "chaotic")])
def test_phases(chi: float, phase: str) -> None:
    assert theory.phase(chi) == phase


@pytest.mark.parametrize(
    ("weight_var", "bias_var", "found"),
    [
        (-1.0, 0.0, "weight_var is -1"),
        (1.0, -0.5, "bias_var is -0.5"),
        (math.nan, 0.0, "weight_var is nan"),
    ],
)
def test_variances_that_cannot_be(weight_var: float, bias_var: float, found: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.q_map("relu", 1.0, weight_var=weight_var, bias_var=bias_var)
    assert str(caught.value) == (
        f"{found}. Needed: a finite variance, 0 or above."
        " Do: pass weight_var = gain**2 and bias_var = 0.0, for example."
    )
