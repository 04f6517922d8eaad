import dataclasses
import re
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from isometry import errors, theory

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

NEEDED = (
    " Needed: a continuous, finite function from float64 arrays to float64 arrays of that shape."
    " Do: write it with NumPy in float64, or build theory.Activation with its derivative."
)


def relu(x: Array) -> Array:
    return np.maximum(x, 0.0)


KNOWN: dict[str, Function] = {
    "relu": relu,
    "tanh": np.tanh,
    "hardswish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "silu": lambda x: x / (1 + np.exp(-x)),
    "softshrink(0.3333333333333333)": lambda x: x - np.clip(x, -1 / 3, 1 / 3),
    "leaky_relu(0.2)": lambda x: np.where(x > 0, x, 0.2 * x),
    "relu_squared": lambda x: np.maximum(x, 0.0) ** 2,
    "sin(30)": lambda x: np.sin(30 * x),
}


@pytest.mark.parametrize("q", [0.1, 1.0, 10.0, 1000.0])
@pytest.mark.parametrize("name", KNOWN)
def test_a_function_has_the_moments_of_the_record(name: str, q: float) -> None:
    mine = dataclasses.asdict(theory.moments(KNOWN[name], q))
    known = dataclasses.asdict(theory.moments(name, q))
    assert mine == pytest.approx(known, rel=1e-9, abs=1e-10)


@pytest.mark.parametrize(
    ("function", "kinks"),
    [
        (relu, (0.0,)),
        (np.tanh, ()),
        (lambda x: np.clip(x, -1.0, 1.0), (-1.0, 1.0)),
        (lambda x: 1000.0 * np.maximum(x - 0.3, 0.0), (0.3,)),
        (lambda x: np.maximum(x - 1 / 3, 0.0), (1 / 3,)),
        (lambda x: np.maximum(x, 0.0) ** 2, (0.0,)),
        (lambda x: np.maximum(x - 6.0, 0.0), (6.0,)),
    ],
)
def test_kinks_are_found(function: Function, kinks: tuple[float, ...]) -> None:
    assert theory.activation(function).kinks == pytest.approx(kinks, abs=1e-13)


def test_a_kink_in_curvature_between_cuts_is_resolved() -> None:
    """``ReLU(x - 0.001)²``: its second moment is the fourth moment of a truncated normal."""
    found = theory.moments(lambda x: np.maximum(x - 0.001, 0.0) ** 2).m2
    exact = theory.gaussian_expectation(lambda z: np.maximum(z - 0.001, 0.0) ** 4, kinks=(0.001,))
    assert found == pytest.approx(exact, rel=1e-10)


def test_a_sharp_bend_is_resolved() -> None:
    steep = theory.moments(lambda x: 0.5 * (1 + np.tanh(500 * (x - 0.2))))
    assert steep.d1 == pytest.approx(0.39104207, abs=1e-7)


def test_the_name_is_the_functions() -> None:
    assert str(theory.activation(relu)) == "relu"
    assert theory.activation(relu).family == "custom"


def test_a_function_is_adopted_once() -> None:
    assert theory.activation(relu) is theory.activation(relu)


def test_slopes_inside_and_far_outside() -> None:
    phi = theory.activation(lambda x: np.sqrt(1.0 + x * x))
    x = np.array([[-1000.0, -2.0], [0.5, 500.0]])
    assert phi.derivative(x) == pytest.approx(x / np.sqrt(1 + x * x), abs=1e-9)


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (lambda x: np.where(x > 0, 1.0, 0.0), "it jumps, or its slope is infinite, at 0."),
        (lambda x: np.sqrt(np.abs(x)), "it jumps, or its slope is infinite, at 0."),
        (lambda x: np.where(x > 0.4, x, 0.0), "it jumps, or its slope is infinite, at 0.4."),
        (np.log, "it is not finite at -2."),
        (lambda x: x[:3], "for float64 of shape (65,) it returns float64 of shape (3,)."),
        (
            lambda x: x.astype(np.float32),
            "for float64 of shape (65,) it returns float32 of shape (65,).",
        ),
        (lambda x: float(x[0]), "for float64 of shape (65,) it returns float."),
        (
            lambda x: np.tanh(x.astype(np.float32)).astype(np.float64),
            "it is too rough to be integrated; does it compute in float32?",
        ),
        (
            lambda x: x.relu(),
            "it raises AttributeError: 'numpy.ndarray' object has no attribute 'relu'.",
        ),
    ],
)
def test_functions_that_cannot_serve(function: Function, found: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.activation(function)
    message = re.sub(r"\.?$", "", found)
    assert str(caught.value) == (f"the function cannot serve as an activation: {message}.{NEEDED}")


def test_what_is_no_function() -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.activation(3)  # type: ignore[arg-type]  # the point of the test
    assert str(caught.value) == (
        "an activation was given as int. Needed: a name, a theory.Activation or a function."
        ' Do: pass "relu", for example.'
    )
