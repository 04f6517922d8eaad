"""Fixup and SkipInit: what one step changes, and what the start is."""

import pytest
import torch

import isometry as iso
from isometry import errors, recipes, schemes
from isometry.recipes import Rule, Selector
from tests.recipes.laws.nets import Residual, drawn, planned, plans_of, stepped, stream, weight

X = drawn(64, 8)
Y = drawn(64, 4, seed=1)

OPEN_HEAD = Rule(Selector(part="head"), schemes.Normal(std=0.1), "A head that is not 0.")
"""With Fixup's head at 0 a first step changes the head alone, at any depth."""


def change(recipe: str, blocks: int, rate: float = 1e-3) -> float:
    """By how much one step of gradient descent changes the function, over the rate."""
    net = Residual(blocks)
    plan = iso.plan(net, X, recipe=recipe, rules=[OPEN_HEAD])
    iso.apply(plan, net, seed=0)
    before = net(X)
    loss = (before - Y).square().mean()
    stepped(net, loss, rate)
    with torch.no_grad():
        return float((net(X) - before).norm() / rate)


DEPTHS = [100, pytest.param(1000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("blocks", DEPTHS)
def test_fixup_changes_the_function_alike_at_any_depth(blocks: int) -> None:
    assert 0.5 < change("fixup", blocks) / change("fixup", 10) < 2


@pytest.mark.parametrize("blocks", DEPTHS)
def test_branches_that_merely_end_in_0_change_it_with_depth(blocks: int) -> None:
    assert change("skipinit", blocks) / change("skipinit", 10) > 4


def test_he_doubles_the_stream_at_each_block() -> None:
    """The control: the stream grows by a factor of 2 in its variance, one doubling a block."""
    net = Residual(20, 256)
    planned(net, X, "he")
    x = drawn(64, 256)
    assert float(stream(net, x).var().log2()) / 20 == pytest.approx(1, abs=0.25)
    planned(net, X, "fixup")
    assert torch.equal(stream(net, x), x)


@pytest.mark.parametrize(
    ("height", "exponent"), [(2, -1 / 2), (3, -1 / 4)], ids=["two weights", "three"]
)
def test_the_factor_depends_on_the_height(height: int, exponent: float) -> None:
    found = [
        iso.parameters.Parameter(
            f"{place}",
            (16, 16),
            role="weight",
            axes=iso.parameters.Axes(outputs=(0,), inputs=(1,)),
            surroundings=iso.parameters.Surroundings(
                residual="branch", place=place, depth=16, stream=1, height=height
            ),
        )
        for place in range(1, 17)
    ]
    plan = iso.plans.decide(found, recipes.recipe("fixup", found))
    scheme = plan["1"].scheme
    assert scheme is not None
    assert scheme.moments(found[0]).std == pytest.approx((2 / 16) ** 0.5 * 16**exponent)


def test_fixup_ends_in_0() -> None:
    net = Residual(3, gains=True)
    planned(net, X, "fixup")
    assert not net(X).any()
    assert [float(weight(net, f"gains.{place}")) for place in range(3)] == [1.0] * 3


@pytest.mark.parametrize("gains", [True, False])
def test_skipinit_is_the_identity(gains: bool) -> None:
    net = Residual(30, gains=gains)
    planned(net, X, "skipinit")
    x = drawn(64, 32)
    assert torch.equal(stream(net, x), x)
    assert bool(weight(net, "second.0.weight").any()) is gains
    assert float(weight(net, "first.0.weight").std()) == pytest.approx((1 / 32) ** 0.5, rel=0.1)


def test_skipinit_says_what_takes_the_place_of_a_factor() -> None:
    net = Residual(2)
    plan = planned(net, X, "skipinit")
    assert plan["second.0.weight"].reason == (
        "SkipInit without a learned factor: the branch's last weight is 0 in its place."
    )


@pytest.mark.parametrize("recipe", ["fixup", "skipinit", "completep"])
def test_a_model_without_branches(recipe: str) -> None:
    net = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2))
    with pytest.raises(errors.InputError) as caught:
        recipes.recipe(recipe, plans_of(net, X))
    assert str(caught.value) == (
        f"recipe {recipe}: the model's graph shows no residual branch. Needed: residual branches. "
        "Do: pass an example of the forward's arguments, or choose another recipe."
    )
