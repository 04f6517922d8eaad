"""DeepNorm, T-Fixup, Admin and DeepScaleLM: factors, gradients and variances at depth."""

from math import sqrt
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as fn

import isometry as iso
from isometry import errors, plans, recipes
from tests.recipes.laws.nets import (
    Norm,
    Residual,
    Transformer,
    drawn,
    planned,
    plans_of,
    stepped,
    weight,
    words,
)

IDS = words()


def stds(plan: plans.Plan) -> dict[str, float]:
    """The stated std of every weight over Glorot's."""
    return {
        one.parameter.path: one.scheme.moments(one.parameter).std
        / sqrt(2 / sum(one.parameter.shape))
        for one in plan
        if one.scheme is not None and one.parameter.role == "weight"
    }


def net_of(recipe: str, blocks: int, norm: Norm = "after", **options: Any) -> Transformer:
    """A transformer that a recipe has started, with its demands built in."""
    net = Transformer(blocks, norm=norm)
    net.obey(planned(net, IDS, recipe, **options))
    return net


@pytest.mark.parametrize("blocks", [2, 6])
def test_the_factors_of_deepnorm_in_one_stack(blocks: int) -> None:
    net = Transformer(blocks)
    plan = planned(net, IDS, "deepnorm")
    beta, found = (8 * blocks) ** -0.25, stds(plan)
    parts = ("q", "k", "v", "o", "up", "down")
    assert [found[f"blocks.1.{part}.weight"] for part in parts] == pytest.approx(
        [1, 1, beta, beta, beta, beta]
    )
    assert [one.factor for one in plan.demands] == pytest.approx([(2 * blocks) ** 0.25])


def test_the_factors_of_deepnorm_in_encoder_and_decoder() -> None:
    """N = 3 layers in the encoder and M = 2 in the decoder (Wang et al. 2022, figure 2)."""
    net = nn.Transformer(16, 2, 3, 2, 32, batch_first=True)
    plan = iso.plan(net, (drawn(2, 5, 16), drawn(2, 4, 16)), recipe="deepnorm")
    found, both = stds(plan), (3**4 * 2) ** (1 / 16)
    paths = ("encoder.layers.0.linear1.weight", "decoder.layers.0.linear1.weight")
    assert [found[path] for path in paths] == pytest.approx([0.87 / both, (12 * 2) ** -0.25])
    assert [one.factor for one in plan.demands] == pytest.approx([0.81 * both, (3 * 2) ** 0.25])


def test_a_packed_value_alone_is_scaled() -> None:
    net = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), 2, enable_nested_tensor=False
    )
    iso.apply(iso.plan(net, drawn(2, 5, 16), recipe="deepnorm"), net, seed=0)
    both = [weight(net, f"layers.{place}.self_attn.in_proj_weight") for place in (0, 1)]
    q, k, v = (float(block.std()) for block in torch.cat(both, 1).chunk(3))
    assert q / k == pytest.approx(1, abs=0.15)
    assert v / k == pytest.approx(16**-0.25, abs=0.1)


def step(recipe: str, blocks: int, norm: Norm) -> float:
    """By how much one step of gradient descent changes a transformer, over the rate."""
    rate, net = 1e-4, net_of(recipe, blocks, norm)
    before = net(IDS)
    loss = fn.cross_entropy(before.flatten(0, 1), IDS.roll(1).flatten())
    stepped(net, loss, rate)
    with torch.no_grad():
        return float((net(IDS) - before).norm() / rate)


def test_deepnorm_bounds_the_first_step() -> None:
    assert 0.5 < step("deepnorm", 24, "after") / step("deepnorm", 3, "after") < 2


def test_glorot_with_norms_last_does_not_bound_it() -> None:
    assert step("xavier", 24, "after") / step("xavier", 3, "after") > 4


def test_deepnorm_hands_the_gradient_through() -> None:
    """The norms of the gradients of the first and of the last of 24 blocks are alike."""
    net = net_of("deepnorm", 24)
    loss = fn.cross_entropy(net(IDS).flatten(0, 1), IDS.roll(1).flatten())
    ends = [net.get_parameter(f"blocks.{place}.down.weight") for place in (0, 23)]
    first, last = (float(gradient.norm()) for gradient in torch.autograd.grad(loss, ends))
    assert 0.3 < first / last < 3


def test_the_factors_of_t_fixup() -> None:
    """N = 3 layers in the encoder and M = 2 in the decoder (Huang et al. 2020, section 4)."""
    net = nn.Transformer(16, 2, 3, 2, 32, batch_first=True)
    plan = iso.plan(net, (drawn(2, 5, 16), drawn(2, 4, 16)), recipe="t-fixup")
    found = stds(plan)
    paths = (
        "encoder.layers.0.linear1.weight",
        "encoder.layers.0.self_attn.out_proj.weight",
        "decoder.layers.0.linear2.weight",
        "decoder.layers.0.multihead_attn.out_proj.weight",
    )
    encoder, decoder = 0.67 * 3**-0.25, (9 * 2) ** -0.25
    assert [found[path] for path in paths] == pytest.approx([encoder] * 2 + [decoder] * 2)
    assert [one.what for one in plan.demands] == ["no-norm"]


def test_the_embeddings_of_t_fixup() -> None:
    net = Transformer(4, norm="")
    plan = planned(net, IDS, "t-fixup")
    table = plan["words.weight"]
    assert table.scheme is not None
    assert table.scheme.moments(table.parameter).std == pytest.approx((36**-0.25) / sqrt(32))
    assert stds(plan)["blocks.0.q.weight"] == pytest.approx(1)


def test_t_fixup_bounds_the_first_step_without_norms() -> None:
    assert 0.5 < step("t-fixup", 24, "") / step("t-fixup", 3, "") < 2


def test_glorot_without_norms_does_not_bound_it() -> None:
    assert step("xavier", 12, "") / step("xavier", 3, "") > 100


def test_the_omegas_of_admin() -> None:
    plan = planned(Transformer(2), IDS, "admin")
    assert [one.factor**2 for one in plan.demands] == pytest.approx([1, 2, 2.32, 3.32])
    stated = planned(Transformer(2), IDS, "admin", attention=0.1, feedforward=0.2)
    assert [one.factor**2 for one in stated.demands] == pytest.approx([1, 1.1, 1.3, 1.4])


def shares(recipe: str, **options: Any) -> list[float]:
    """What part of each sum's variance its branch is, in feed-forwards."""
    net = net_of(recipe, 24, **options)
    with torch.no_grad():
        net(IDS)
    return [float(y.var() / x.var()) for y, x in net.sums[1::2]]


def test_admin_gives_late_branches_less() -> None:
    """A branch's share falls as the branches before it add up; without omega it stays."""
    found = shares("admin", attention=0.3)
    assert found[-1] < 0.1 * found[0]
    plain = shares("xavier")
    assert plain[-1] > 0.5 * plain[0]


LONG = words(2, 128)
"""Long enough for an average over its tokens to hold nothing but what they share."""


def variances(recipe: str, blocks: int, **options: float) -> list[float]:
    """The second moment of a stream of 128 features after each sum, with DeepScaleLM's factors."""
    net = Transformer(blocks, 128, norm="")
    factors = planned(net, LONG, "deepscale-lm", dropout=0.0, correlation=1 / 3)
    planned(net, LONG, recipe, **options)
    net.obey(factors)
    with torch.no_grad():
        net(LONG)
    return [float(x.square().mean()) for x in net.trace]


DEPTHS = [12, pytest.param(48, marks=pytest.mark.slow)]


@pytest.mark.parametrize("blocks", DEPTHS)
def test_deepscale_keeps_the_variance(blocks: int) -> None:
    """The segment is a third of each embedding and the same for all tokens: they share 1/3."""
    found = variances("deepscale-lm", blocks, dropout=0.0, correlation=1 / 3)
    assert found == pytest.approx([1.0] * (2 * blocks + 1), abs=0.25)


@pytest.mark.parametrize("blocks", DEPTHS)
def test_glorot_under_the_same_factors_does_not(blocks: int) -> None:
    assert variances("xavier", blocks)[-1] < 0.2


def test_the_variances_of_deepscale() -> None:
    """Of the first layer, r = 0.221 · 0.9 (Kedia et al. 2024, table 1)."""
    plan = planned(Transformer(4, norm="before"), IDS, "deepscale-lm")
    first = {
        path: one.scheme.moments(one.parameter).std ** 2 * 32
        for path in ("q", "v", "o", "up", "down")
        if (one := plan[f"blocks.0.{path}.weight"]).scheme is not None
    }
    value, plain = sqrt(0.9 / (0.221 * 0.9)), sqrt(0.9 / 2)
    assert list(first.values()) == pytest.approx([1, value, value, plain, plain])
    assert [one.factor**2 for one in plan.demands] == pytest.approx([0.75, 0.25])


@pytest.mark.parametrize(
    ("recipe", "needed"),
    [
        ("deepnorm", "residual branches with attention, each sum followed by a norm"),
        ("t-fixup", "residual branches with attention"),
        ("deepscale-lm", "residual branches with attention"),
    ],
)
def test_a_model_without_attention(recipe: str, needed: str) -> None:
    net = Residual(2)
    with pytest.raises(errors.InputError) as caught:
        recipes.recipe(recipe, plans_of(net, drawn(4, 8)))
    assert str(caught.value) == (
        f"recipe {recipe}: of the model's 1 residual streams 0 have attention and 0 norm every "
        f"sum. Needed: {needed}. "
        "Do: pass an example of the forward's arguments, or choose another recipe."
    )


@pytest.mark.parametrize("recipe", ["t-fixup", "mimetic"])
def test_heads_between_each_other(recipe: str) -> None:
    """Where the graph does not show where a packed value lies, it cannot be scaled alone."""
    packed = iso.parameters.Parameter(
        "qkv", (24, 8), role="weight", axes=iso.parameters.Axes(outputs=(0,), inputs=(1,)),
        surroundings=iso.parameters.Surroundings(
            residual="branch", place=1, depth=1, stream=1, height=2,
            parts=("query", "key", "value"),
        ),
    )  # fmt: skip
    output = iso.parameters.Parameter(
        "o", (8, 8), role="weight", axes=packed.axes,
        surroundings=iso.parameters.Surroundings(
            residual="output", place=1, depth=1, stream=1, height=2, parts=("attention-output",)
        ),
    )  # fmt: skip
    with pytest.raises(errors.InputError) as caught:
        recipes.recipe(recipe, [packed, output])
    assert str(caught.value) == (
        "qkv: query, key, value are packed into one weight, and the graph does not show where each "
        "lies. Needed: blocks one after the other along the outputs, or weights of their own. "
        "Do: give this tensor a rule of your own, or choose another recipe."
    )


def test_a_model_whose_graph_is_not_known() -> None:
    with pytest.raises(errors.InputError, match="the model's graph is not known"):
        recipes.recipe("admin")
