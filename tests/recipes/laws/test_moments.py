"""AutoInit: the signal is as large at the end as at the start, whatever the activation."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

import isometry as iso
from isometry import errors, recipes
from tests.recipes.laws.nets import Residual, drawn, planned

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "celu": nn.CELU,
    "elu": nn.ELU,
    "hardsigmoid": nn.Hardsigmoid,
    "hardtanh": nn.Hardtanh,
    "leaky_relu": lambda: nn.LeakyReLU(0.1),
    "mish": nn.Mish,
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "selu": nn.SELU,
    "sigmoid": nn.Sigmoid,
    "softplus": nn.Softplus,
    "softsign": nn.Softsign,
    "tanh": nn.Tanh,
}


REPELLING = {"gelu": nn.GELU, "hardswish": nn.Hardswish, "silu": nn.SiLU}
"""Activations that AutoInit starts right, at a second moment that drives away what is not it."""

UNITS = 512


def ended(make: Callable[[], nn.Module], recipe: str, layers: int = 20) -> float:
    """The root mean square of what a deep net and its head make of inputs of second moment 1."""
    body = [one for _ in range(layers) for one in (nn.Linear(UNITS, UNITS), make())]
    net = nn.Sequential(*body, nn.Linear(UNITS, UNITS))
    x = drawn(64, UNITS)
    x = x / x.square().mean(1, keepdim=True).sqrt()
    plan, squares = iso.plan(net, x, recipe=recipe), []
    for seed in range(4):
        iso.apply(plan, net, seed=seed)
        with torch.no_grad():
            squares.append(float(net(x).square().mean()))
    return math.sqrt(np.mean(squares))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_output_is_as_large_as_the_input(name: str) -> None:
    assert 0.7 < ended(ACTIVATIONS[name], "autoinit") < 1.4


@pytest.mark.parametrize("name", REPELLING)
def test_the_start_is_right_where_it_does_not_last(name: str) -> None:
    """One layer keeps the second moment; the next ones multiply what is off by more than 1."""
    make = REPELLING[name]
    assert ended(make, "autoinit", layers=1) == pytest.approx(1, abs=0.05)
    z, weights = np.polynomial.hermite_e.hermegauss(120)
    square = [
        float(np.sum(weights * make()(torch.tensor(z * q**0.5)).numpy() ** 2)) for q in (0.99, 1.01)
    ]
    assert (square[1] - square[0]) / 0.02 / (sum(square) / 2) > 1.05


@pytest.mark.slow
def test_torch_fails_five_of_them_and_more() -> None:
    failed = [name for name, make in ACTIVATIONS.items() if not 0.1 < ended(make, "torch") < 10]
    assert len(failed) >= 5


def test_a_stream_without_norms_is_followed() -> None:
    """Each of 16 branches adds 1; what reads the stream takes that back."""
    net = Residual(16, 1024)
    plan = planned(net, drawn(64, 8), "autoinit")
    with torch.no_grad():
        body = net.body(drawn(64, 1024))
    assert float(body.square().mean()) == pytest.approx(17, rel=0.15)
    head = plan["head.weight"]
    assert head.scheme is not None
    assert head.scheme.moments(head.parameter).std ** 2 * 1024 == pytest.approx(1 / 17)


def test_without_a_graph() -> None:
    with pytest.raises(errors.InputError) as caught:
        recipes.recipe("autoinit")
    assert str(caught.value) == (
        "recipe autoinit: the model's graph is not known. Needed: the graph, to follow the signal "
        "from weight to weight. Do: pass an example of the forward's arguments."
    )


@pytest.mark.parametrize(("feeds", "square"), [(("composite",), 1.0), (("relu*tanh",), 0.19715)])
def test_what_feeds_a_weight(feeds: tuple[str, ...], square: float) -> None:
    """``E relu² E tanh²`` of a standard normal; of what is not known, 1."""
    one = iso.parameters.Parameter(
        "w",
        (64, 64),
        role="weight",
        axes=iso.parameters.Axes(outputs=(0,), inputs=(1,)),
        surroundings=iso.parameters.Surroundings(feeds=feeds),
    )
    scheme = recipes.recipe("autoinit", [one]).rules[0].scheme
    assert scheme is not None
    assert scheme.moments(one).std ** 2 * 64 == pytest.approx(1 / square, rel=1e-3)
