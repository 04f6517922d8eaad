from dataclasses import replace

import numpy as np
import pytest

from isometry import errors, theory
from tests.theory import dense
from tests.theory.dense import Dense

DEPTHS = (2, 3, 5, 10, 30, 50, 100, 300, 1000)
ALL_FOUR = ("Q(1)", "Q'(1)", "C(0)", "C'(1)")
BUT_LENGTH = ("Q(1)", "C(0)", "C'(1)")
NONE: tuple[str, ...] = ()

# Every activation: what holds, and from which depth on there is a shape at all.
KINDS: dict[str, tuple[tuple[str, ...], int]] = {
    "abs": (BUT_LENGTH, 1),
    "arctan": (ALL_FOUR, 1),
    "celu": (ALL_FOUR, 2),
    "derf": (ALL_FOUR, 1),
    "dyt": (ALL_FOUR, 1),
    "elu": (ALL_FOUR, 2),
    "erf": (ALL_FOUR, 1),
    "gelu": (ALL_FOUR, 1),
    "gelu_tanh": (ALL_FOUR, 1),
    "hardsigmoid": (BUT_LENGTH, 1),
    "hardswish": (ALL_FOUR, 1),
    "hardtanh": (BUT_LENGTH, 1),
    "leaky_relu": (BUT_LENGTH, 2),
    "lecun_tanh": (ALL_FOUR, 1),
    "linear": (NONE, 10**9),
    "logsigmoid": (ALL_FOUR, 2),
    "mish": (ALL_FOUR, 1),
    "prelu": (BUT_LENGTH, 3),
    "quick_gelu": (ALL_FOUR, 1),
    "relu": (BUT_LENGTH, 2),
    "relu6": (BUT_LENGTH, 1),
    "relu_squared": (BUT_LENGTH, 1),
    "rrelu": (BUT_LENGTH, 3),
    "selu": (ALL_FOUR, 2),
    "sigmoid": (ALL_FOUR, 1),
    "silu": (ALL_FOUR, 1),
    "sin": (ALL_FOUR, 1),
    "softplus": (ALL_FOUR, 2),
    "softplus_log2": (ALL_FOUR, 2),
    "softshrink": (ALL_FOUR, 2),
    "softsign": (ALL_FOUR, 1),
    "tanh": (ALL_FOUR, 1),
    "tanhshrink": (ALL_FOUR, 3),
}
SHAPED = [(name, depth) for name, (_, first) in KINDS.items() for depth in DEPTHS if depth >= first]
WITH_LENGTH = [(name, depth) for name, depth in SHAPED if KINDS[name][0] == ALL_FOUR]
WITHOUT_LENGTH = [(name, depth) for name, depth in SHAPED if KINDS[name][0] == BUT_LENGTH]
TOO_SHALLOW = [
    (name, depth) for name, (_, first) in KINDS.items() for depth in (1, *DEPTHS) if depth < first
]


def slope(depth: int) -> float:
    return float(1.5 ** (1.0 / depth))


def shape_for(name: str, depth: int) -> theory.Shape:
    return theory.dks(name, slope=slope(depth))


def test_every_activation_has_a_row() -> None:
    assert set(KINDS) == set(theory.FAMILIES)


@pytest.mark.parametrize(("name", "depth"), SHAPED)
def test_conditions_hold(name: str, depth: int) -> None:
    shape = shape_for(name, depth)
    measured = Dense(shape)
    assert measured.length() == pytest.approx(1.0, abs=1e-8)
    assert measured.correlation_at_zero() == pytest.approx(0.0, abs=1e-8)
    assert measured.correlation_slope() == pytest.approx(slope(depth), abs=1e-8)
    assert shape.met == KINDS[name][0]


@pytest.mark.parametrize(("name", "depth"), WITH_LENGTH)
def test_lengths_are_held(name: str, depth: int) -> None:
    assert Dense(shape_for(name, depth)).length_slope() == pytest.approx(1.0, abs=1e-8)


@pytest.mark.parametrize(("name", "depth"), WITHOUT_LENGTH)
def test_the_recorded_slope_of_length_is_true(name: str, depth: int) -> None:
    shape = shape_for(name, depth)
    recorded = shape.condition("Q'(1)")
    assert recorded.value == pytest.approx(Dense(shape).length_slope(), abs=1e-6)
    assert abs(recorded.residual) > 1e-4


@pytest.mark.parametrize(
    ("name", "depth"), [pair for pair in WITHOUT_LENGTH if pair[0] != "relu_squared"]
)
def test_lengths_settle_where_they_are_not_held(name: str, depth: int) -> None:
    assert 0.0 < shape_for(name, depth).condition("Q'(1)").value < 1.0


@pytest.mark.parametrize("depth", DEPTHS)
def test_relu_squared_spreads_lengths_less_than_twofold(depth: int) -> None:
    factor = shape_for("relu_squared", depth).condition("Q'(1)").value
    assert 1.5 - 1e-9 < factor**depth < 2.0


@pytest.mark.parametrize(("name", "depth"), TOO_SHALLOW)
def test_there_is_no_shape(name: str, depth: int) -> None:
    with pytest.raises(errors.InputError):
        shape_for(name, depth)


@pytest.mark.parametrize("name", ["tanh", "gelu", "elu", "sigmoid"])
def test_a_nearby_shape_does_not_pass(name: str) -> None:
    shape = shape_for(name, 50)
    other = Dense(replace(shape, alpha=shape.alpha * 1.001))
    assert abs(other.length() - 1.0) > 1e-6
    assert abs(other.correlation_slope() - slope(50)) > 1e-6


# name, depth, alpha, beta, delta, gamma, computed independently to six digits
PUBLISHED = [
    ("tanh", 10, 0.296650, 0.652804, -0.542496, 4.964600),
    ("tanh", 50, 0.128440, 0.570780, -0.509807, 10.604448),
    ("softplus", 10, 0.810280, 0.419000, -0.998174, 2.046517),
    ("softplus", 50, 0.326625, 0.409374, -0.931284, 5.094843),
    ("gelu", 10, 0.282754, 0.245980, -0.175847, 5.103794),
    ("gelu", 50, 0.121361, 0.257743, -0.160541, 11.751428),
    ("silu", 10, 0.436917, 0.341305, -0.242756, 3.428074),
    ("silu", 50, 0.184429, 0.348818, -0.212465, 8.081396),
    ("sigmoid", 10, 0.593300, 1.305607, -0.771248, 9.929200),
    ("sigmoid", 50, 0.256881, 1.141559, -0.754904, 21.208895),
]


@pytest.mark.parametrize(("name", "depth", "alpha", "beta", "delta", "gamma"), PUBLISHED)
def test_known_shapes(
    name: str, depth: int, alpha: float, beta: float, delta: float, gamma: float
) -> None:
    shape = shape_for(name, depth)
    found = (shape.alpha, shape.beta, shape.delta, shape.gamma)
    assert found == pytest.approx((alpha, beta, delta, gamma), abs=3e-6)


def test_known_shapes_across_a_kink() -> None:
    """Given with residuals of about 1e-7, which the depth makes 1e-5 of the parameters."""
    shape = shape_for("elu", 50)
    found = (shape.alpha, shape.beta, shape.delta, shape.gamma)
    assert found == pytest.approx((0.138535, -0.201340, 0.174742, 8.759824), rel=1.5e-5)


@pytest.mark.parametrize("name", ["tanh", "gelu", "softplus"])
def test_the_slope_is_that_of_the_correlation_map(name: str) -> None:
    """One-sided differences of fourth order of a bivariate integral."""
    shape, h = shape_for(name, 10), 2e-3
    c = [dense.correlation(shape, 1.0 - k * h) for k in range(5)]
    slope_at_one = (25 * c[0] - 48 * c[1] + 36 * c[2] - 16 * c[3] + 3 * c[4]) / (12 * h)
    assert slope_at_one == pytest.approx(slope(10), abs=1e-7)


@pytest.mark.parametrize("name", ["tanh", "elu", "relu"])
def test_the_maps_take_the_shaped_activation(name: str) -> None:
    shaped = shape_for(name, 10).shaped
    assert theory.q_map(shaped, 1.0, weight_var=1.0) == pytest.approx(1.0, abs=1e-12)
    assert theory.c_map(shaped, 0.0, q=1.0, weight_var=1.0) == pytest.approx(0.0, abs=1e-12)
    assert theory.c_slope(shaped, 1.0, q=1.0, weight_var=1.0) == pytest.approx(slope(10))


@pytest.mark.parametrize("name", ["gelu", "elu", "selu", "hardswish", "softshrink"])
def test_one_branch_is_followed_through_all_depths(name: str) -> None:
    betas = np.array([shape_for(name, depth).beta for depth in range(10, 200, 10)])
    assert (np.diff(betas) > 0).all() or (np.diff(betas) < 0).all()


@pytest.mark.parametrize(
    ("spec", "like"),
    [(np.tanh, "tanh"), (lambda x: np.maximum(x, 0.25 * x), "prelu")],
)
def test_functions_of_ones_own(spec: theory.ActivationLike, like: str) -> None:
    own, known = theory.dks(spec, slope=slope(30)), shape_for(like, 30)
    assert (own.alpha, own.beta) == pytest.approx((known.alpha, known.beta), abs=1e-6)


def test_the_steeper_side_of_a_leak_above_one() -> None:
    """``max(x, 2 x)`` mirrored: the steep side is the left one."""
    steep, leaky = shape_for("leaky_relu(2)", 50), shape_for("leaky_relu(0.5)", 50)
    assert steep.beta == pytest.approx(-leaky.beta)
    assert steep.condition("Q'(1)").value == pytest.approx(leaky.condition("Q'(1)").value)


@pytest.mark.parametrize("name", ["hardtanh", "hardsigmoid", "relu6"])
def test_clipped_lines_hold_lengths_only_where_they_bend_most(name: str) -> None:
    assert theory.dks(name, slope=1.5).met == ALL_FOUR
    assert theory.dks(name, slope=1.45).met == BUT_LENGTH


def test_results_are_kept() -> None:
    assert shape_for("tanh", 50) is shape_for("tanh", 50)


@pytest.mark.parametrize(
    ("name", "slope_at_one", "message"),
    [
        (
            "tanh",
            1.0,
            (
                "slope is 1. Needed: a finite C'(1) above 1."
                " Do: pass theory.slope_for(theory.Layers(50)), for example."
            ),
        ),
        (
            "linear",
            1.1,
            (
                "linear is a line, so its C'(1) is 1 and its C''(1) is 0 whatever its shape."
                " Needed: an activation that bends."
                " Do: leave a linear layer out, and count the others."
            ),
        ),
        (
            "relu",
            1.5,
            (
                "no shape of relu has C'(1) = 1.5 and Q'(1) = 1 or less."
                " Needed: a slope of 1.467 at most, or about that. Do: shape a deeper network,"
                " whose slope for each layer is smaller, or another activation."
            ),
        ),
        (
            "elu",
            1.5,
            (
                "no shape of elu(alpha=1) has C'(1) = 1.5 and Q'(1) = 1."
                " Needed: a slope of 1.467 at most, or about that. Do: shape a deeper network,"
                " whose slope for each layer is smaller, or another activation."
            ),
        ),
        (
            "tanhshrink",
            1.2,
            (
                "no shape of tanhshrink has C'(1) = 1.2 and Q'(1) = 1."
                " Needed: a slope of 1.146 at most, or about that. Do: shape a deeper network,"
                " whose slope for each layer is smaller, or another activation."
            ),
        ),
    ],
)
def test_slopes_that_cannot_be(name: str, slope_at_one: float, message: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.dks(name, slope=slope_at_one)
    assert str(caught.value) == message


def measured_slopes(shape: theory.Shape, seed: int) -> tuple[float, float]:
    """``Q'(1)`` and ``C'(1)`` of a layer of orthogonal weights, width 1024, over 64 pairs."""
    width, pairs, h, gap = 1024, 64, 0.1, 0.01
    rng = np.random.default_rng(seed)
    weights = np.linalg.qr(rng.standard_normal((width, width)))[0]
    x, y = rng.standard_normal((2, pairs, width))
    x *= np.sqrt(width) / np.linalg.norm(x, axis=1, keepdims=True)
    y -= (y * x).sum(axis=1, keepdims=True) / width * x
    y *= np.sqrt(width) / np.linalg.norm(y, axis=1, keepdims=True)
    phi = Dense(shape).output
    u, v = x @ weights, y @ weights
    longer, shorter = (np.mean(phi(np.sqrt(q) * u) ** 2) for q in (1 + h, 1 - h))
    near = (1 - gap) * u + np.sqrt(1 - (1 - gap) ** 2) * v
    apart = np.mean((phi(u) - phi(near)) ** 2) / 2
    return float((longer - shorter) / (2 * h)), float(apart / gap)


@pytest.mark.parametrize("name", ["tanh", "gelu", "softplus", "elu"])
def test_a_wide_layer_has_these_slopes(name: str) -> None:
    """65 536 outputs; the sampling error of either slope is below 1 %."""
    found = measured_slopes(shape_for(name, 5), seed=5)
    assert found == pytest.approx((1.0, slope(5)), rel=0.05)


@pytest.mark.parametrize("name", ["tanh", "gelu", "softplus", "elu"])
def test_another_alpha_is_rejected_by_the_same_measurement(name: str) -> None:
    shape = shape_for(name, 5)
    found = measured_slopes(replace(shape, alpha=2.0 * shape.alpha), seed=5)
    assert found != pytest.approx((1.0, slope(5)), rel=0.05)
