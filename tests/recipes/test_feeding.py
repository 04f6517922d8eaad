"""Recipes that read the model's graph, on tensors whose surroundings are written down by hand."""

from dataclasses import replace
from math import sqrt
from typing import Any

import pytest

from isometry import errors, plans, recipes, schemes
from isometry.parameters import Axes, Parameter, Surroundings
from isometry.recipes import Rule, Selector, feeding

DENSE = Axes(outputs=(0,), inputs=(1,))


def weight(path: str, **around: Any) -> Parameter:
    known = Surroundings(**around)
    return Parameter(path, (32, 8), role="weight", layer="linear", axes=DENSE, surroundings=known)


NET = (
    weight("first", sources=("input",), consumers=("relu",), feeds=("linear",)),
    weight("second", sources=("relu",), consumers=("tanh",), feeds=("relu",)),
    weight("third", sources=("gate",), consumers=("output",), feeds=("sigmoid*tanh",)),
    weight("mixed", sources=("input", "relu"), consumers=("norm",), feeds=("linear", "relu")),
    weight("strange", sources=("composite",), consumers=("norm",), feeds=("composite",)),
    replace(weight("unseen"), surroundings=None),
)


def std(recipe: str, path: str, **options: Any) -> float:
    plan = plans.decide(NET, recipes.recipe(recipe, NET, **options))
    scheme = plan[path].scheme
    assert scheme is not None
    return scheme.moments(plan[path].parameter).std


@pytest.mark.parametrize(
    ("path", "variance"),
    [
        ("first", 1 / 8),
        ("second", 2 / 8),
        ("third", 1 / 8 / 0.2933 / 0.3943),  # E sigmoid² and E tanh² of a standard normal
        ("mixed", 1 / 8 / 0.75),
        ("strange", 1 / 8),
        ("unseen", 2 / 8),
    ],
)
def test_he_by_what_feeds_a_weight(path: str, variance: float) -> None:
    assert std("he", path) ** 2 == pytest.approx(variance, rel=1e-3)


@pytest.mark.parametrize(
    ("path", "variance"), [("first", 2 / 32), ("second", 1 / 32 / 0.4644), ("third", 1 / 32)]
)
def test_he_on_fan_out_by_what_follows(path: str, variance: float) -> None:
    """The middle one holds ``E tanh'²`` of a standard normal."""
    assert std("he", path, fan="fan_out") ** 2 == pytest.approx(variance, rel=1e-3)


def test_a_stated_activation_is_taken_for_all() -> None:
    stds = [std("he", one.path, activation="relu") for one in NET]
    assert stds == pytest.approx([sqrt(2 / 8)] * len(NET))


def test_kumar_by_what_follows() -> None:
    stds = [std("kumar", path) for path in ("first", "second", "third")]
    assert stds == pytest.approx([sqrt(2 / 8), sqrt(1 / 8), sqrt(1 / 8)])


def test_orthogonal_by_what_feeds() -> None:
    assert std("orthogonal", "second") == pytest.approx(sqrt(2) * std("orthogonal", "first"))


def test_glorot_reads_the_graph_where_it_is_told_to() -> None:
    assert std("xavier", "second") == pytest.approx(sqrt(2 / 40))
    assert std("xavier", "second", gain="graph") == pytest.approx(sqrt(2) * sqrt(2 / 40))


def test_glorot_without_a_graph() -> None:
    with pytest.raises(errors.InputError) as caught:
        recipes.recipe("xavier", NET[-1:], gain="graph")
    assert str(caught.value) == (
        "recipe xavier: the gain is to be read from the model's graph, which is not known. "
        "Needed: the graph. Do: pass an example to iso.plan, or a number as gain."
    )


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("first", "No activation made its input: variance 1/fan_in."),
        ("second", "Its input comes from relu: variance 2/fan_in."),
        ("mixed", "Its input comes from linear and relu: variance 1.333/fan_in."),
        ("strange", "Its input comes from composite, of no known gain: variance 1/fan_in."),
        (
            "unseen",
            "Variance 2/fan_in: relu loses signal, and this makes up for it. "
            "Assumed: no graph of the model shows what surrounds it.",
        ),
    ],
)
def test_reasons_say_what_was_seen(path: str, reason: str) -> None:
    assert plans.decide(NET, recipes.recipe("he", NET))[path].reason == reason


def stream(path: str, residual: str, depth: int) -> Parameter:
    return weight(path, residual=residual, place=1, depth=depth, feeds=("relu",))


def test_gpt2_reads_outputs_and_depth() -> None:
    net = (
        stream("a", "output", 6),
        stream("b", "output", 24),
        stream("c_proj.weight", "branch", 6),
    )
    plan = plans.decide(net, recipes.recipe("gpt2", net))
    found = {one.parameter.path: one.scheme for one in plan}
    assert found == {
        "a": schemes.Normal(std=0.02 / sqrt(6)),
        "b": schemes.Normal(std=0.02 / sqrt(24)),
        "c_proj.weight": schemes.Normal(std=0.02),
    }


def test_gpt2_on_a_graph_without_sums() -> None:
    with pytest.raises(errors.InputError) as caught:
        recipes.recipe("gpt2", NET)
    assert str(caught.value) == (
        "recipe gpt2: the model's graph shows no residual sum. Needed: residual outputs, to scale "
        "them by 1/sqrt(number of branches). "
        'Do: pass layers=12 and residual="a regular expression", or choose small-init.'
    )


def test_two_followers_are_none() -> None:
    assert feeding.follower(("relu", "tanh")) == "linear"


BRANCH = stream("out.weight", "output", 2)
SERVING = weight("serving", parts=("key", "value"), normed="before", cross=True, feeds=("linear",))
BIAS = replace(BRANCH, path="out.bias", role="bias", shape=(32,), axes=None)


@pytest.mark.parametrize(
    ("select", "chosen"),
    [
        (Selector(before="relu"), ["first"]),
        (Selector(after="relu"), ["second", "mixed"]),
        (Selector(before="norm", after="relu"), ["mixed"]),
        (Selector(residual="output"), ["out.weight", "out.bias"]),
        (Selector(residual="branch"), []),
        (Selector(role="residual-output"), ["out.weight"]),
        (Selector(roles=("residual-output", "bias")), ["out.weight", "out.bias"]),
        (Selector(feeds=("linear", "relu")), ["mixed"]),
        (Selector(part="value"), ["serving"]),
        (Selector(part="query"), []),
        (Selector(normed="before"), ["serving"]),
        (Selector(normed="after"), []),
        (Selector(cross=True), ["serving"]),
    ],
)
def test_selectors_read_the_graph(select: Selector, chosen: list[str]) -> None:
    assert select.reads_graph
    assert [one.path for one in (*NET, BRANCH, SERVING, BIAS) if select.selects(one)] == chosen


@pytest.mark.parametrize(
    ("select", "text"),
    [
        (Selector(before="relu", role="weight"), "weight before relu"),
        (Selector(after="norm", residual="branch"), "after norm residual branch"),
        (Selector(feeds=("gelu", "relu")), "fed by gelu and relu"),
        (Selector(part="key", normed="after", cross=True), "part key normed after cross"),
    ],
)
def test_their_words(select: Selector, text: str) -> None:
    assert select.text == text


@pytest.mark.parametrize(
    ("select", "parameters", "do"),
    [
        (Selector(before="rleu"), NET, "correct before='rleu'; near to it in this model are relu"),
        (
            Selector(after="imput"),
            NET,
            "correct after='imput'; near to it in this model are input, composite",
        ),
        (
            Selector(residual="shortcut"),
            (*NET, BRANCH),
            "loosen the selector; residual parts in this model: output",
        ),
        (
            Selector(part="query"),
            (*NET, SERVING),
            "correct part='query'; near to it in this model are key, value",
        ),
        (
            Selector(normed="after"),
            NET,
            "correct normed='after'; near to it in this model are none",
        ),
        (
            Selector(before="relu"),
            NET[-1:],
            "pass an example, for the rule reads the model's graph, which is not known",
        ),
    ],
)
def test_a_selector_that_matches_nothing(
    select: Selector, parameters: tuple[Parameter, ...], do: str
) -> None:
    mine = Rule(select, schemes.Constant(0.0), "mine")
    recipe = recipes.before([mine], recipes.recipe("he", parameters, activation="relu"))
    with pytest.raises(errors.DeadRuleError) as caught:
        plans.decide(parameters, recipe)
    assert str(caught.value) == (
        f"he[0] {select.text}: it selects none of {len(parameters)} tensors. "
        f"Needed: one or more. Do: {do}."
    )


def test_surroundings_survive_json() -> None:
    plan = plans.decide(NET, recipes.recipe("he", NET))
    assert plans.Plan.from_json(plan.to_json()) == plan
