"""Exact isometry: the Jacobian of a deep mirrored network, measured with NumPy alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from isometry import errors, schemes
from isometry.parameters import Parameter
from tests.schemes.drawing import values
from tests.schemes.shapes import conv, dense

Array = NDArray[np.float64]

WIDTH, DEPTH = 64, 100


def gelu_slope(u: Array) -> Array:
    return np.asarray(special.ndtr(u) + u * np.exp(-u * u / 2) / np.sqrt(2 * np.pi))


def silu_slope(u: Array) -> Array:
    s = special.expit(u)
    return np.asarray(s * (1 + u * (1 - s)))


ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "relu": (lambda u: np.maximum(u, 0), lambda u: (u > 0).astype(np.float64)),
    "gelu": (lambda u: np.asarray(u * special.ndtr(u)), gelu_slope),
    "silu": (lambda u: np.asarray(u * special.expit(u)), silu_slope),
    "leaky_relu(0.2)": (lambda u: np.where(u > 0, u, 0.2 * u), lambda u: np.where(u > 0, 1, 0.2)),
    "softplus": (lambda u: np.logaddexp(u, 0), lambda u: np.asarray(special.expit(u))),
}


def jacobian(name: str, scheme: schemes.Scheme, ends: tuple[Any, Any]) -> Array:
    """Input-output Jacobian of ``DEPTH`` hidden layers at a random input."""
    phi, slope = ACTIVATIONS[name]
    layers = [(ends[0], WIDTH, WIDTH // 2), *((scheme, WIDTH, WIDTH) for _ in range(DEPTH))]
    u = np.random.Generator(np.random.PCG64(1)).normal(size=WIDTH // 2)
    total = np.eye(WIDTH // 2)
    for number, (each, rows, columns) in enumerate(layers):
        weight = Parameter(f"layers.{number}", (rows, columns), axes=dense(1, 1).axes)
        w = values(each, weight).astype(np.float64)
        u, total = w @ u, w @ total
        u, total = phi(u), slope(u)[:, None] * total
    last = values(ends[1], Parameter("out", (WIDTH // 2, WIDTH), axes=dense(1, 1).axes))
    return last.astype(np.float64) @ total


def spread(matrix: Array) -> tuple[float, float]:
    singular = np.linalg.svd(matrix, compute_uv=False)
    return float(singular.min()), float(singular.max())


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_singular_value_of_a_hundred_layers_is_one(name: str) -> None:
    hidden = schemes.Mirrored("hidden", name)
    ends = schemes.Mirrored("first"), schemes.Mirrored("readout", name)
    assert spread(jacobian(name, hidden, ends)) == pytest.approx((1, 1), abs=1e-5)


def test_the_control_of_independent_weights_collapses() -> None:
    he, lecun = schemes.HE_NORMAL, schemes.LECUN_NORMAL
    low, high = spread(jacobian("relu", he, (lecun, he)))
    assert low < 1e-6 * high


def test_the_control_of_another_activation_is_not_isometric() -> None:
    hidden = schemes.Mirrored("hidden", "relu")
    ends = schemes.Mirrored("first"), schemes.Mirrored("readout")
    assert spread(jacobian("leaky_relu(0.2)", hidden, ends))[1] > 1e6


@pytest.mark.parametrize(
    ("form", "signs"),
    [("first", [[1], [-1]]), ("hidden", [[1, -1], [-1, 1]]), ("readout", [[1, -1]])],
)
def test_blocks_are_mirror_images(form: str, signs: list[list[int]]) -> None:
    weight = values(schemes.scheme("mirrored", form=form), dense(8, 8))
    pattern = np.array(signs)
    quarter = weight[: 8 // pattern.shape[0], : 8 // pattern.shape[1]]
    np.testing.assert_array_equal(weight, np.kron(pattern, quarter))


def test_a_kernel_is_mirrored_at_its_central_tap() -> None:
    weight = values(schemes.Mirrored("hidden"), conv(8, 8, 3))
    np.testing.assert_array_equal(weight[:4, :, 1], -weight[4:, :, 1])
    np.testing.assert_array_equal(weight[:, :, [0, 2]], 0)


@pytest.mark.parametrize("activation", ["tanh", "mish", "elu", "sigmoid", "abs"])
def test_an_activation_outside_the_class_is_refused(activation: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        schemes.Mirrored(activation=activation)
    assert str(caught.value) == (
        f"no c makes φ(u) - φ(-u) = c u true of {activation}. Needed: an activation whose mirrored "
        "units add up to a linear map: relu, leaky_relu, gelu, silu, softplus, hardswish. "
        "Do: use orthogonal with the gain of this activation."
    )


@pytest.mark.parametrize(
    ("form", "shape"), [("hidden", (7, 8)), ("first", (7, 3)), ("readout", (8, 7))]
)
def test_an_odd_width_is_refused(form: str, shape: tuple[int, int]) -> None:
    with pytest.raises(errors.ShapeError) as caught:
        schemes.scheme("mirrored", form=form).draw(dense(*shape))
    assert str(caught.value) == (
        f"fc.weight: mirrored(form={form!r}) was asked to fill a weight of {shape[0]} outputs and "
        f"{shape[1]} inputs. Needed: an even number of units on each side that has an activation. "
        "Do: make the width even, or use orthogonal."
    )


@pytest.mark.parametrize(("form", "shape"), [("first", (8, 7)), ("readout", (7, 8))])
def test_a_side_without_an_activation_may_be_odd(form: str, shape: tuple[int, int]) -> None:
    assert values(schemes.scheme("mirrored", form=form), dense(*shape)).shape == shape
