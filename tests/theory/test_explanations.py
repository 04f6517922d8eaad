import math

import numpy as np
import pytest

from isometry import errors, theory
from isometry.theory.gates import GATES

RELU = """\
relu: what it does to a signal
==============================

For preactivations of mean 0 and variance 1, its output has mean 0.3989, mean square
0.5000 and variance 0.3408; its squared slope averages 0.5000. 32% of the mean square is
a constant, the same for every input: it carries size but no signal.

Gains (a weight's std is gain / √fan):
  forward          1.414214  keeps the size of the signal
  backward         1.414214  keeps the size of the gradient (with fan_out)
  centred          1.712859  forward, once the output's mean is cancelled
  post_activation  1.414214  keeps the mean square after the activation
  critical         1.414214  keeps both, with bias variance 0
  kumar            1.414214  first order around 0
  torch            1.414214  what torch.nn.init.calculate_gain gives

With weight variance 2.0000/fan_in: preactivations have a fixed point at variance q* =
1, which neither attracts nor repels. The gradient's mean square changes by χ = 1.0000 a
layer: the edge of chaos, where signals reach any depth.

After 30 plain layers (no normalisation, no skips, wide):
  start                            σ_w     σ_b²  signal              gradient
  LeCun; Xavier at equal fans   1.0000        0  ×4.3e-05 vanishes   ×4.3e-05 vanishes
  He (gain √2)                  1.4142        0  ×1.4 is kept        ×1 is kept
  torch's default               0.5774        0  ×3e-12 vanishes     ×5.2e-12 vanishes
  Kumar                         1.4142        0  ×1.4 is kept        ×1 is kept
  forward gain                  1.4142        0  ×1 is kept          ×1 is kept
  critical                      1.4142        0  ×1 is kept          ×1 is kept

φ(u) - φ(-u) = 1 · u exactly, so mirrored orthogonal weights [[W, -W], [-W, W]] make a
stack of any depth start as an isometry.

Do: He (fan_in) up to about 30 layers; mirrored orthogonal weights in deeper plain
stacks.
Avoid: Xavier and torch's default: the signal halves (a sixth remains) in every layer.
Because √2 keeps signal and gradient at every q, but inputs still grow alike and the
Jacobian's spectrum widens with depth; mirrored weights keep all singular values at 1."""


def test_the_account_of_relu() -> None:
    assert str(theory.explain("relu", 30)) == RELU


@pytest.mark.parametrize("name", [*theory.FAMILIES, *GATES])
def test_everything_is_explained(name: str) -> None:
    told = theory.explain(name, 20)
    lines = str(told).splitlines()
    assert lines[0].startswith(told.name)
    assert max(map(len, lines)) <= 100
    assert told.advice is theory.advice(name)


@pytest.mark.parametrize("name", [*theory.FAMILIES, *GATES])
def test_everything_has_exactly_one_advice(name: str) -> None:
    assert [name in entry.names for entry in theory.ADVICE].count(True) == 1


def test_no_advice_is_for_nothing() -> None:
    named = {name for entry in theory.ADVICE for name in entry.names}
    assert named == {*theory.FAMILIES, *GATES}


@pytest.mark.parametrize(
    ("name", "start", "sentence"),
    [
        ("sigmoid", {}, "attracts: each layer leaves 0.106 of an error in q."),
        ("sigmoid", {}, "the ordered phase: the gradient fades,"),
        ("sigmoid", {}, "exists here only with the mean cancelled"),
        ("sigmoid", {}, "Cancelling the mean: each bias is -E φ times the sum of its weights"),
        ("gelu", {}, "repels: each layer multiplies an error in q by 1.144."),
        ("gelu", {}, "the chaotic phase: the gradient grows,"),
        ("tanh", {"weight_var": 0.5}, "the signal dies out."),
        ("relu", {"weight_var": 4.0}, "the size of the signal grows without bound."),
        ("tanh", {"weight_var": 2.0, "bias_var": 0.05}, "and bias variance 0.05:"),
        ("swiglu", {}, "q = 1 is held but repels: each layer multiplies an error in q by 2.17,"),
    ],
)
def test_sentences(name: str, start: dict[str, float], sentence: str) -> None:
    words = " ".join(str(theory.explain(name, 50, **start)).split())
    assert sentence in words


def test_a_users_function_is_explained_without_advice() -> None:
    told = theory.explain(lambda x: np.maximum(x, 0.1 * x))
    assert told.advice is None
    assert "Do:" not in str(told)
    assert told.mirror_slope == 1.1


@pytest.mark.parametrize(
    ("name", "start", "signal", "gradient"),
    [
        ("relu", "LeCun; Xavier at equal fans", "vanishes", "vanishes"),
        ("relu", "He (gain √2)", "is kept", "is kept"),
        ("sigmoid", "Kumar", "is kept", "vanishes"),
        ("sigmoid", "critical, mean cancelled", "is kept", "is kept"),
        ("tanh", "forward gain", "is kept", "grows"),
        ("gelu", "Kumar", "explodes", "explodes"),
    ],
)
def test_fates(name: str, start: str, signal: str, gradient: str) -> None:
    fate = next(fate for fate in theory.explain(name, 50).fates if fate.start == start)
    assert (fate.signal_verdict, fate.gradient_verdict) == (signal, gradient)


@pytest.mark.parametrize(
    ("name", "weight_var", "cancel_mean"),
    [("gelu", 1.98305826, False), ("tanh", 2.15330265, False), ("sigmoid", 22.303386, True)],
)
def test_advised_points(name: str, weight_var: float, cancel_mean: bool) -> None:
    point = theory.advised_point(name)
    assert point.weight_var == pytest.approx(weight_var, rel=1e-7)
    assert point.cancel_mean is cancel_mean


def test_depth_must_be_at_least_one() -> None:
    with pytest.raises(errors.InputError, match=r"^depth is 0\. Needed: at least 1 layer\."):
        theory.explain("relu", 0)


def test_what_passes_nothing_cannot_be_explained() -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.explain("softshrink(lambd=500)")
    assert str(caught.value) == (
        "softshrink(lambd=500) is 0 for all inputs of size 1, so no gain keeps its signal."
        " Needed: an activation that passes a signal. Do: pass another activation."
    )


def test_scales_are_those_of_the_forward_gain_by_default() -> None:
    told = theory.explain("tanh")
    assert told.weight_var == pytest.approx(theory.gain("tanh") ** 2)
    assert told.scales is not None
    assert told.scales.q_star == pytest.approx(1.0)
    assert math.isfinite(told.scales.xi_c)
