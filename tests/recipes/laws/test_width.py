"""muP, the spectral condition and CompleteP: what a step does at every width and depth."""

from math import log2, sqrt
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from isometry import errors, recipes
from isometry.torch import parameter_groups
from tests.recipes.laws.nets import Residual, Transformer, drawn, planned, plans_of, weight, words

X, Y = drawn(64, 8), drawn(64, 4, seed=1)
WIDTHS = (64, 128, 256, 512, 1024)


def perceptron(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(8, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 4)
    )


def logits(width: int, recipe: str, seed: int) -> float:
    """The mean size of the logits after three steps of Adam."""
    net = perceptron(width)
    options = {"base": 64} if recipe != "lecun" else {}
    plan = iso.plan(net, X, recipe=recipes.recipe(recipe, plans_of(net, X), **options))
    iso.apply(plan, net, seed=seed)
    optimizer = torch.optim.Adam(parameter_groups(net, plan, lr=1e-2))
    for _ in range(3):
        optimizer.zero_grad()
        (net(X) - Y).square().mean().backward()
        optimizer.step()
    return float(net(X).detach().abs().mean())


def slope(recipe: str) -> float:
    """The slope of its logarithm against that of the width, over three seeds."""
    sizes = [[log2(logits(width, recipe, seed)) for width in WIDTHS] for seed in range(3)]
    return float(np.polyfit(np.log2(WIDTHS), np.mean(sizes, axis=0), 1)[0])


@pytest.mark.parametrize("recipe", ["mup", "spectral"])
def test_logits_are_alike_at_every_width(recipe: str) -> None:
    assert abs(slope(recipe)) < 0.1


def test_with_one_rate_for_all_they_grow_with_the_width() -> None:
    assert slope("lecun") > 0.35


def test_the_rates_of_mup() -> None:
    """Width 256 for a base of 64: m = 4 (Yang et al. 2022, table 3)."""
    plan = planned(perceptron(256), X, "mup", base=64)
    paths = ("0.weight", "0.bias", "2.weight", "2.bias", "4.weight")
    adam, sgd = plan.learning_rates("adam"), plan.learning_rates("sgd")
    assert [adam[path] for path in paths] == [1, 1, 1 / 4, 1, 1 / 4]
    assert [sgd[path] for path in paths] == [4, 4, 1, 4, 1 / 4]
    stds = [
        one.scheme.moments(one.parameter).std
        for path in paths[::2]
        if (one := plan[path]).scheme is not None
    ]
    assert stds == pytest.approx([sqrt(1 / 8), 1 / 16, 1 / 16 / 2])
    assert plan.demands == ()


@pytest.mark.parametrize("index", [0, 2, 4])
def test_weights_have_the_spectral_norm(index: int) -> None:
    net = perceptron(512)
    planned(net, X, "spectral")
    assert norm(weight(net, f"{index}.weight")) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("index", [0, 4])
def test_other_starts_do_not(index: int) -> None:
    net = perceptron(512)
    planned(net, X, "xavier")
    assert norm(weight(net, f"{index}.weight")) != pytest.approx(1, abs=0.1)


def norm(values: Tensor) -> float:
    """The spectral norm over ``sqrt(fan_out / fan_in)``."""
    fan_out, fan_in = values.shape
    return float(torch.linalg.matrix_norm(values, 2)) / sqrt(fan_out / fan_in)


def moved(blocks: int, *, shrink: bool) -> float:
    """How far one step of Adam moves a residual net, with CompleteP's factor or without."""
    net = Residual(blocks, 64)
    plan = planned(net, X, "completep", base=64, base_depth=2, std=0.1)
    factors = {one.what: one.factor for one in plan.demands}
    net.share = factors["branch"] if shrink else 1.0
    optimizer = torch.optim.Adam(parameter_groups(net, plan, lr=1e-3))
    before = net(X).detach()
    (net(X) - Y).square().mean().backward()
    optimizer.step()
    return float((net(X) - before).detach().norm())


def test_completep_moves_alike_at_every_depth() -> None:
    assert 0.5 < moved(64, shrink=True) / moved(4, shrink=True) < 2


def test_without_its_factor_on_branches_deep_nets_move_more() -> None:
    assert moved(64, shrink=False) / moved(4, shrink=False) > 4


def test_the_numbers_of_completep() -> None:
    """Twice as wide and four times as deep as the base: m = 2 and l = 4."""
    ids, net = words(), Transformer(8, 64, norm="before")
    plan = planned(net, ids, "completep", base=32, base_depth=2)
    hidden, table = plan["blocks.0.q.weight"], plan["words.weight"]
    assert hidden.scheme is not None
    assert hidden.scheme.moments(hidden.parameter).std == pytest.approx(0.02 / sqrt(2))
    assert hidden.rates == recipes.Rates(adam=1 / 2, decay=2, epsilon=1 / 8)
    assert table.rates == recipes.Rates(epsilon=1 / 2)
    assert plan["head.weight"].rates == recipes.PLAIN
    demands = {one.what: one.factor for one in plan.demands}
    assert demands == pytest.approx({"branch": 1 / 4, "output": 1 / 2, "attention": sqrt(1 / 2)})


def test_biases_in_branches_follow_the_depth_where_alpha_is_not_1() -> None:
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, norm_first=True)
    net = nn.TransformerEncoder(layer, 8, enable_nested_tensor=False)
    plan = planned(net, drawn(2, 5, 16), "completep", base=16, width=16, alpha=0.5)
    assert plan.learning_rates()["layers.0.linear1.bias"] == pytest.approx(1 / 2)


def test_a_head_that_is_the_embedding_too() -> None:
    net = Transformer(2, norm="before")
    net.head.weight = net.words.weight
    plan = planned(net, words(), "mup", base=16)
    (output,) = [one for one in plan.demands if one.what == "output"]
    assert (output.factor, output.paths) == (1 / 2, ("words.weight",))


def test_a_model_without_a_head() -> None:
    with pytest.raises(errors.InputError) as caught:
        recipes.recipe("mup", plans_of(nn.Sequential(nn.Linear(8, 8), nn.Tanh()), X))
    assert str(caught.value) == (
        "recipe mup: the model's graph shows no head to read the width from. "
        "Needed: the features of the model. "
        "Do: pass width=768, or an example of the forward's arguments."
    )


def test_rates_and_demands_survive_json() -> None:
    plan = planned(Transformer(2, norm="before"), words(), "completep", base=16)
    assert iso.plans.Plan.from_json(plan.to_json()) == plan


def test_groups_hold_every_parameter_once() -> None:
    net = perceptron(64)
    net.get_parameter("0.bias").requires_grad = False
    plan = planned(net, X, "mup", base=32)
    groups = parameter_groups(net, plan, lr=0.1, optimizer="sgd", weight_decay=0.5)
    assert [(group["lr"], group["weight_decay"], len(group["params"])) for group in groups] == [
        (0.2, 0.5, 3), (0.1, 0.5, 1), (0.05, 0.5, 1),
    ]  # fmt: skip
    assert not [group for group in groups if "eps" in group]


def test_groups_of_another_model() -> None:
    plan = planned(perceptron(64), X, "lecun")
    with pytest.raises(errors.MismatchError, match="the plan has no such parameter"):
        parameter_groups(nn.ModuleDict({"a": nn.Linear(2, 2)}), plan, lr=0.1)


def given(name: Any) -> Any:
    """What a user may pass, whatever it is."""
    return name


def test_an_optimizer_of_no_known_kind() -> None:
    with pytest.raises(errors.UnknownNameError) as caught:
        planned(perceptron(64), X, "lecun").learning_rates(given("lion"))
    assert str(caught.value) == (
        "no optimizer is called 'lion'. Needed: one of adam, sgd. "
        "Do: take adam for AdamW, Lion and other optimizers that normalise their updates."
    )


def test_a_factor_of_0() -> None:
    with pytest.raises(errors.InputError, match=r"a factor is 0\.0"):
        recipes.Rates(adam=0.0)
