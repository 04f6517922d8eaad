import re
from pathlib import Path

import numpy as np
import pytest

from isometry import errors, theory
from isometry.theory.gates import GATES
from isometry.theory.names import Spelling, spelling

X = np.linspace(-8.0, 8.0, 4001)
NO_GAIN = " Do: see theory.FAMILIES for the activations that have one."


@pytest.mark.parametrize("name", theory.FAMILIES)
def test_derivatives_are_derivatives(name: str) -> None:
    """Central differences away from kinks; a wrong factor or sign is off by far more than 1e-6."""
    phi = theory.activation(name)
    h = 1e-5
    smooth = np.min(np.abs(X[:, None] - np.array([*phi.kinks, np.inf])), axis=1) > 2 * h
    x = X[smooth]
    slope = (phi(x + h) - phi(x - h)) / (2 * h)
    assert phi.derivative(x) == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize("name", theory.FAMILIES)
def test_names_round_trip(name: str) -> None:
    phi = theory.activation(name)
    assert phi.family == name
    assert theory.activation(phi.name) is phi
    assert theory.activation(phi) is phi
    assert str(phi) == phi.name


@pytest.mark.parametrize("name", theory.FAMILIES)
def test_huge_inputs_stay_quiet(name: str) -> None:
    phi = theory.activation(name)
    x = np.array([-1e7, -1e3, 1e3, 1e7])
    assert np.isfinite(phi(x)).all()
    assert np.isfinite(phi.derivative(x)).all()


@pytest.mark.parametrize(("alias", "name"), theory.ALIASES.items())
def test_aliases(alias: str, name: str) -> None:
    assert theory.activation(alias) is theory.activation(name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ReLU", "relu"),
        ("Leaky-ReLU(0.2)", "leaky_relu(a=0.2)"),
        ("leaky relu ( a = 0.2 )", "leaky_relu(a=0.2)"),
        ("leaky_relu", "leaky_relu(a=0.01)"),
        ("leaky_relu(-0.5)", "leaky_relu(a=-0.5)"),
        ("relu^2", "relu_squared"),
        ("sin(w0=30)", "sin(w0=30)"),
        ("rrelu(upper=0.5)", "rrelu(lower=0.125, upper=0.5)"),
        ("tanh()", "tanh"),
        ("swish", "silu"),
        ("elu(2)", "elu(alpha=2)"),
    ],
)
def test_spellings(text: str, name: str) -> None:
    assert theory.activation(text).name == name


def test_parts_of_a_spelling() -> None:
    assert spelling("rrelu(0.1, upper=1)") == Spelling("rrelu", (0.1,), (("upper", 1.0),))


def test_the_slope_of_rrelu_is_the_mean_of_its_range() -> None:
    assert theory.activation("rrelu")(np.array([-1.0]))[0] == pytest.approx(-11 / 48)


def test_published_anchors() -> None:
    assert theory.activation("lecun_tanh")(np.array([1.0]))[0] == pytest.approx(1.0, abs=1e-4)
    assert theory.activation("softplus_log2").at_zero == 0.0
    assert theory.activation("celu(alpha=2)")(np.array([-2.0]))[0] == pytest.approx(
        2 * np.expm1(-1.0)
    )


@pytest.mark.parametrize(
    ("name", "slope"), [("relu", 0.5), ("leaky_relu(0.2)", 0.52), ("sigmoid", 1 / 16), ("abs", 1.0)]
)
def test_squared_slope_at_zero(name: str, slope: float) -> None:
    assert theory.activation(name).squared_slope_at_zero == pytest.approx(slope, rel=1e-12)


@pytest.mark.parametrize(("name", "gate"), GATES.items())
def test_gated_units_know_their_gate(name: str, gate: str) -> None:
    unit = theory.gated_unit(name)
    assert (unit.name, unit.gate) == (name, theory.activation(gate))
    assert theory.nonlinearity(unit) is unit
    assert str(unit) == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "leaky_rulu",
            (
                "no activation is called 'leaky_rulu'. Needed: one of leaky_relu, leakyrelu."
                " Do: pass its name, or the function itself on float64 arrays."
            ),
        ),
        (
            "qqqq",
            (
                f"no activation is called 'qqqq'. Needed: one of {', '.join(theory.FAMILIES)}."
                " Do: pass its name, or the function itself on float64 arrays."
            ),
        ),
        (
            "swiglu(2)",
            (
                "no activation is called 'swiglu'. Needed: one of swiglu, silu, glu."
                " Do: pass its name, or the function itself on float64 arrays."
            ),
        ),
        (
            "exp",
            (
                "no gain is given for 'exp': E exp(2h) = exp(2q) outgrows every gain, so no signal"
                f" keeps its size through it.{NO_GAIN}"
            ),
        ),
        (
            "hardshrink",
            (
                "no gain is given for 'hardshrink': it jumps, so E φ'² is infinite and no gradient"
                f" gain exists.{NO_GAIN}"
            ),
        ),
    ],
)
def test_unknown_names(text: str, message: str) -> None:
    with pytest.raises(errors.UnknownNameError) as caught:
        theory.activation(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "leaky_relu(b=2)",
            (
                "'leaky_relu(b=2)' has parameters that leaky_relu does not take. Needed: parameters"
                " among a. Do: write 'leaky_relu(a=0.01)'."
            ),
        ),
        (
            "relu(2)",
            (
                "'relu(2)' has parameters that relu does not take. Needed: no parameters."
                " Do: write 'relu'."
            ),
        ),
        (
            "elu(1, alpha=2)",
            (
                "'elu(1, alpha=2)' has parameters that elu does not take. Needed: parameters among"
                " alpha. Do: write 'elu(alpha=1)'."
            ),
        ),
        (
            "elu(alpha=-1)",
            (
                "elu has alpha=-1. Needed: a finite number above 0. Do: write elu(alpha=1), for"
                " example."
            ),
        ),
        (
            "leaky_relu(1e999)",
            (
                "leaky_relu has a=inf. Needed: a finite number. Do: write leaky_relu(a=0.01), for"
                " example."
            ),
        ),
        (
            "elu(alpha=big)",
            (
                "'elu(alpha=big)' cannot be read. Needed: a name, or a name with numbers in"
                ' parentheses. Do: write "relu" or "leaky_relu(a=0.2)".'
            ),
        ),
        (
            "elu(1",
            (
                "'elu(1' cannot be read. Needed: a name, or a name with numbers in parentheses."
                ' Do: write "relu" or "leaky_relu(a=0.2)".'
            ),
        ),
        (
            "elu(1).x",
            (
                "'elu(1).x' cannot be read. Needed: a name, or a name with numbers in parentheses."
                ' Do: write "relu" or "leaky_relu(a=0.2)".'
            ),
        ),
        (
            "swiglu",
            (
                "swiglu is a gated unit of two projections. Needed: an activation of one."
                " Do: use theory.gated_unit('swiglu'), or its gate 'silu'."
            ),
        ),
    ],
)
def test_unusable_names(text: str, message: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.activation(text)
    assert str(caught.value) == message


def test_not_a_gated_unit() -> None:
    with pytest.raises(errors.UnknownNameError) as caught:
        theory.gated_unit("silu")
    assert str(caught.value) == (
        "silu is not a gated unit. Needed: one of bilinear, geglu, geglu_tanh, glu, mishglu,"
        " reglu, swiglu. Do: use theory.activation('silu')."
    )


def test_every_reference_is_in_the_bibliography() -> None:
    root = Path(__file__).parents[2]
    known = set(re.findall(r"^@\w+\{(\w+),", (root / "docs" / "references.bib").read_text(), re.M))
    cited = {key for name in theory.FAMILIES for key in theory.activation(name).references}
    cited |= {key for name in GATES for key in theory.gated_unit(name).references}
    cited |= {key for entry in theory.ADVICE for key in entry.references}
    assert cited - known == set()
    assert len(cited) > 10
