from dataclasses import replace

import numpy as np
import pytest

from isometry import errors, theory
from isometry.theory import Chain, Layers, Residual
from isometry.theory.leaky_tailoring import leaky_correlation
from tests.theory import dense
from tests.theory.dense import Dense

DEPTHS = (1, 3, 10, 50, 1000)

# Every activation: whether it can be tailored, or what forbids it.
KINDS = {
    "abs": "jump",
    "arctan": "tailored",
    "celu": "tailored",
    "derf": "tailored",
    "dyt": "tailored",
    "elu": "tailored",
    "erf": "tailored",
    "gelu": "tailored",
    "gelu_tanh": "tailored",
    "hardsigmoid": "jump",
    "hardswish": "jump",
    "hardtanh": "jump",
    "leaky_relu": "jump",
    "lecun_tanh": "tailored",
    "linear": "line",
    "logsigmoid": "tailored",
    "mish": "tailored",
    "prelu": "jump",
    "quick_gelu": "tailored",
    "relu": "jump",
    "relu6": "jump",
    "relu_squared": "no point",
    "rrelu": "jump",
    "selu": "jump",
    "sigmoid": "tailored",
    "silu": "tailored",
    "sin": "tailored",
    "softplus": "tailored",
    "softplus_log2": "tailored",
    "softshrink": "jump",
    "softsign": "tailored",
    "tanh": "tailored",
    "tanhshrink": "tailored",
}
REASONS = {
    "jump": "the slope of {} jumps, so its C''(1) is infinite. Needed: an activation with a"
    " continuous slope. Do: use theory.tat_leaky for rectifiers, or theory.dks.",
    "line": "{} is a line, so its C'(1) is 1 and its C''(1) is 0 whatever its shape. Needed: an"
    " activation that bends. Do: leave a linear layer out, and count the others.",
    "no point": "no shape of {} has Q'(1) = C'(1) = 1 and C''(1) = 0.006. Needed: an activation"
    " with such a point on its steep part. Do: use theory.dks, or a smaller curvature.",
}
TAILORED = [name for name, kind in KINDS.items() if kind == "tailored"]
REFUSED = [name for name, kind in KINDS.items() if kind != "tailored"]


def tailored(name: str, depth: int) -> theory.Shape:
    return theory.tat(name, curvature=theory.curvature_for(Layers(depth)))


def curvature_of(shape: theory.Shape) -> float:
    """``C''(1) = Σ k (k - 1) a_k²`` by Hermite coefficients, without a second derivative."""
    z, weights = Dense(shape).points(1.0)
    y = Dense(shape).slope(z)
    below, here, total = np.zeros_like(z), np.ones_like(z), 0.0
    for k in range(1, 200):
        below, here = here, (z * here - np.sqrt(k - 1) * below) / np.sqrt(k)
        total += k * float(weights @ (y * here)) ** 2
    return total


def test_every_activation_has_a_row() -> None:
    assert set(KINDS) == set(theory.FAMILIES)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("name", TAILORED)
def test_conditions_hold(name: str, depth: int) -> None:
    shape = tailored(name, depth)
    measured = Dense(shape)
    found = (measured.length(), measured.length_slope(), measured.correlation_slope())
    assert found == pytest.approx((1.0, 1.0, 1.0), abs=1e-8)
    assert shape.met == ("Q(1)", "Q'(1)", "C'(1)", "C''(1)")


@pytest.mark.parametrize("depth", [1, 10, 1000])
@pytest.mark.parametrize("name", ["tanh", "gelu", "silu", "softplus", "sin", "sigmoid"])
def test_smooth_curvatures(name: str, depth: int) -> None:
    assert curvature_of(tailored(name, depth)) == pytest.approx(0.3 / depth, abs=1e-8)


@pytest.mark.parametrize(("name", "depth"), [("elu", 1), ("celu", 10), ("softsign", 10)])
def test_curvatures_across_a_kink(name: str, depth: int) -> None:
    """The Hermite series falls as a power there, so that 200 terms leave up to a tenth."""
    assert curvature_of(tailored(name, depth)) == pytest.approx(0.3 / depth, rel=0.1)


@pytest.mark.parametrize("name", TAILORED)
def test_solutions_keep_to_the_steep_part(name: str) -> None:
    shape = tailored(name, 50)
    steepest = np.abs(shape.activation.derivative(np.linspace(-8.0, 8.0, 1601))).max()
    assert shape.alpha * shape.gamma * steepest < 2.0


def test_a_tanh_in_other_units_has_the_same_shape() -> None:
    """``dyt(0.5)`` is ``tanh(x / 2)``: ``α γ`` alone would reject it."""
    half, whole = tailored("dyt", 50), tailored("tanh", 50)
    assert (half.alpha, half.beta) == pytest.approx((2 * whole.alpha, 2 * whole.beta))
    assert half.alpha * half.gamma > 2.0


@pytest.mark.parametrize("name", ["tanh", "gelu", "elu"])
def test_a_nearby_shape_does_not_pass(name: str) -> None:
    shape = tailored(name, 50)
    other = replace(shape, alpha=shape.alpha * 1.001)
    assert abs(Dense(other).correlation_slope() - 1.0) > 1e-7
    assert abs(theory.c_curvature(other.shaped, q=1.0, weight_var=1.0) - 0.006) > 1e-6


def after_fifty_layers(shape: theory.Shape) -> float:
    c = 0.0
    for _ in range(50):
        c = dense.correlation(shape, c)
    return c


def test_inputs_stay_apart_through_fifty_layers() -> None:
    """A shape for a single layer, used fifty times, brings them together."""
    assert after_fifty_layers(tailored("tanh", 50)) < 0.2
    assert after_fifty_layers(tailored("tanh", 1)) > 0.7


@pytest.mark.parametrize("name", REFUSED)
def test_what_forbids_it(name: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        tailored(name, 50)
    assert str(caught.value) == REASONS[KINDS[name]].format(theory.activation(name))


@pytest.mark.parametrize("name", ["tanh", "gelu"])
def test_solutions_on_a_tail_are_rejected(name: str) -> None:
    """There are solutions, with ``α γ max |φ'|`` of 2.06 for tanh and 9.6 for GELU."""
    with pytest.raises(errors.InputError) as caught:
        theory.tat(name, curvature=1.0)
    assert str(caught.value) == (
        f"no shape of {name} has Q'(1) = C'(1) = 1 and C''(1) = 1. Needed: an activation"
        " with such a point on its steep part. Do: use theory.dks, or a smaller curvature."
    )


def test_a_curvature_that_cannot_be() -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.tat("tanh", curvature=0.0)
    assert str(caught.value) == (
        "curvature is 0. Needed: a finite C''(1) above 0."
        " Do: pass theory.curvature_for(theory.Layers(50)), for example."
    )


@pytest.mark.parametrize(
    ("depth", "a"),
    [(20, 0.181380), (50, 0.430523), (100, 0.570440), (200, 0.679600), (1000, 0.844350)],
)
def test_leaky_slopes(depth: int, a: float) -> None:
    assert theory.leaky_slope_for(Layers(depth)) == pytest.approx(a, abs=6e-7)


@pytest.mark.parametrize("c", [-0.5, 0.0, 0.7, 1.0])
@pytest.mark.parametrize("a", [0.0, 0.3, 0.9])
def test_the_leaky_correlation_is_that_of_the_map(a: float, c: float) -> None:
    by_integral = theory.c_map(f"leaky_relu(a={a})", c, q=1.0, weight_var=2 / (1 + a * a))
    assert leaky_correlation(c, a=a) == pytest.approx(by_integral, abs=1e-9)


def test_a_tailored_leaky_relu() -> None:
    shape = theory.tat_leaky(Layers(50))
    (a,) = (value for _, value in shape.activation.parameters)
    assert a == theory.leaky_slope_for(Layers(50))
    assert Dense(shape).length(4.0) == pytest.approx(4.0)
    assert Dense(shape).correlation_slope() == pytest.approx(1.0)


def test_shortcuts_let_the_leak_be_smaller() -> None:
    plain = theory.leaky_slope_for(Layers(100))
    blocks = Chain((Residual(Layers(2), 0.7),) * 50)
    assert 0.0 < theory.leaky_slope_for(blocks) < plain


@pytest.mark.parametrize(
    ("depth", "eta", "message"),
    [
        (
            10,
            0.9,
            (
                "with plain ReLUs independent inputs reach a correlation of 0.87154 only."
                " Needed: a network deep enough for eta = 0.9."
                " Do: use ReLU as it is, or pass an eta below 0.87."
            ),
        ),
        (
            20,
            1.0,
            "eta is 1. Needed: a correlation above 0 and below 1. Do: pass eta=0.9.",
        ),
    ],
)
def test_leaks_that_cannot_be(depth: int, eta: float, message: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.leaky_slope_for(Layers(depth), eta=eta)
    assert str(caught.value) == message
