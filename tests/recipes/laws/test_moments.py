"""AutoInit: the signal is as large at the end as at the start, whatever the activation."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from isometry import errors, recipes
from tests.recipes.laws.nets import Residual, drawn, planned

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "celu": nn.CELU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "hardsigmoid": nn.Hardsigmoid,
    "hardswish": nn.Hardswish,
    "hardtanh": nn.Hardtanh,
    "leaky_relu": lambda: nn.LeakyReLU(0.1),
    "mish": nn.Mish,
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "selu": nn.SELU,
    "sigmoid": nn.Sigmoid,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "softsign": nn.Softsign,
    "tanh": nn.Tanh,
}


def ended(name: str, recipe: str) -> float:
    """The root mean square of what 20 layers of 256 units and a head make."""
    make = ACTIVATIONS[name]
    body = [one for _ in range(20) for one in (nn.Linear(256, 256), make())]
    net = nn.Sequential(*body, nn.Linear(256, 256))
    planned(net, drawn(2, 256), recipe)
    with torch.no_grad():
        made: Tensor = net(drawn(256, 256))
    return float(made.square().mean().sqrt())


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_output_is_as_large_as_the_input(name: str) -> None:
    assert 0.7 < ended(name, "autoinit") < 1.4


def test_torch_fails_five_of_them_and_more() -> None:
    failed = [name for name in ACTIVATIONS if not 0.1 < ended(name, "torch") < 10]
    assert len(failed) >= 5


def test_a_stream_without_norms_is_followed() -> None:
    """Each of 16 branches adds 1; what reads the stream takes that back."""
    net = Residual(16, 256)
    planned(net, drawn(64, 8), "autoinit")
    x = drawn(64, 256)
    with torch.no_grad():
        body, head = net.body(x), net.head(net.body(x))
    assert float(body.square().mean()) == pytest.approx(17, rel=0.15)
    assert float(head.square().mean()) == pytest.approx(1, abs=0.3)


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
