"""LoRA: the model is what it was."""

import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from isometry import errors, recipes
from tests.recipes.laws.nets import drawn, plans_of

X = drawn(64, 32)


class Adapted(nn.Module):
    """A layer with a low-rank adapter beside it."""

    def __init__(self, rank: int = 4) -> None:
        super().__init__()
        self.base = nn.Linear(32, 48)
        self.a, self.b = nn.Linear(32, rank, bias=False), nn.Linear(rank, 48, bias=False)
        self.out = nn.Linear(48, 8)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.out(torch.relu(self.base(x) + 2.0 * self.b(self.a(x))))
        return made


def started(variant: str, rank: int = 4) -> Adapted:
    """A model whose base is trained, say, and whose adapter starts."""
    net = Adapted(rank)
    chosen = recipes.recipe("lora", plans_of(net, X), variant=variant)
    iso.initialize(net, X, recipe="xavier", seed=1)
    iso.apply(iso.plan(net, X, recipe=chosen), net, seed=0)
    return net


@pytest.mark.parametrize("variant", ["default", "gaussian", "orthogonal"])
def test_the_model_is_what_it_was(variant: str) -> None:
    net = started(variant)
    bare = net.out(torch.relu(net.base(X)))
    assert float((net(X) - bare).detach().abs().max()) <= 1e-5
    assert net.a.weight.any()


def test_other_starts_change_it() -> None:
    net = Adapted()
    iso.initialize(net, X, recipe="xavier", seed=0)
    bare = net.out(torch.relu(net.base(X)))
    assert float((net(X) - bare).detach().abs().max()) > 0.1


def test_a_and_b_by_variant() -> None:
    default, gaussian, orthogonal = (
        started(variant, 32) for variant in ("default", "gaussian", "orthogonal")
    )
    assert float(default.a.weight.detach().std()) == pytest.approx((1 / 96) ** 0.5, rel=0.1)
    assert float(gaussian.a.weight.detach().std()) == pytest.approx(1 / 32, rel=0.1)
    assert float(orthogonal.b.weight.detach()[:, 16:].std()) == pytest.approx(0.1, rel=0.1)
    assert not default.b.weight.any()
    assert not (orthogonal.b.weight @ orthogonal.a.weight).any()


def test_the_rest_is_kept_and_the_factor_is_a_demand() -> None:
    net = Adapted()
    plan = iso.plan(net, X, recipe=recipes.recipe("lora", plans_of(net, X), alpha=8.0))
    assert plan["base.weight"].scheme is None
    assert [(one.what, one.factor, one.paths) for one in plan.demands] == [
        ("adapter", 8 / 2, ("b.weight",))
    ]


def test_an_odd_rank() -> None:
    with pytest.raises(errors.InputError) as caught:
        recipes.recipe("lora", plans_of(Adapted(3), X), variant="orthogonal")
    assert str(caught.value) == "a.weight: the rank is 3. Needed: an even rank. Do: choose default."


def test_a_variant_of_no_known_name() -> None:
    with pytest.raises(errors.UnknownNameError, match="no variant of lora is called 'pissa'"):
        recipes.recipe("lora", variant="pissa")


@pytest.mark.parametrize("axes", [None, iso.parameters.Axes(outputs=(0,), inputs=(1,))])
def test_a_model_without_adapters(axes: iso.parameters.Axes | None) -> None:
    """Nothing makes the input of this one but a norm, or its axes are not known."""
    around = iso.parameters.Surroundings(residual="output", height=2, feeds=("linear",))
    alone = iso.parameters.Parameter("w", (8, 8), role="weight", axes=axes, surroundings=around)
    with pytest.raises(errors.InputError, match="the model's graph shows no adapter"):
        recipes.recipe("lora", [alone])
