"""Every shipped recipe: it covers its model, every rule of it is needed, and typos are errors."""

from dataclasses import replace

import pytest

from isometry import errors, plans, recipes
from tests.recipes.reference import MODELS

NOTHING = recipes.Selector(path="no tensor has this path")

RULES = [
    (name, place)
    for name, parameters in MODELS.items()
    for place in range(len(recipes.recipe(name, parameters).rules))
]


def test_every_recipe_is_tested() -> None:
    assert tuple(MODELS) == recipes.names()


@pytest.mark.parametrize("name", recipes.names())
def test_a_recipe_covers_every_tensor(name: str) -> None:
    plan = plans.decide(MODELS[name], recipes.recipe(name, MODELS[name]))
    assert plan.paths == tuple(one.path for one in MODELS[name])


@pytest.mark.parametrize("name", recipes.names())
def test_every_reason_is_a_sentence(name: str) -> None:
    reasons = [rule.reason for rule in recipes.recipe(name, MODELS[name]).rules]
    assert [reason for reason in reasons if not (reason[0].isupper() and reason[-1] == ".")] == []


@pytest.mark.parametrize(("name", "place"), RULES)
def test_a_misspelt_rule_is_an_error(name: str, place: int) -> None:
    recipe = recipes.recipe(name, MODELS[name])
    rules = list(recipe.rules)
    rules[place] = replace(rules[place], select=NOTHING)
    with pytest.raises(errors.PlanError):
        plans.decide(MODELS[name], replace(recipe, rules=tuple(rules)))


@pytest.mark.parametrize("name", [name for name in recipes.names() if name != "lora"])
def test_a_bare_tensor_is_not_guessed(name: str) -> None:
    bare = replace(MODELS[name][0], path="gamma", role="free", layer="custom", facts=())
    parameters = (*MODELS[name], bare)
    with pytest.raises(errors.UncoveredError, match="gamma"):
        plans.decide(parameters, recipes.recipe(name, parameters))


@pytest.mark.parametrize("name", [recipes.NATIVE, *recipes.names()])
def test_a_summary_is_one_sentence(name: str) -> None:
    assert recipes.summary(name).endswith(".")
    assert len(recipes.summary(name)) < 100


def test_unknown_recipe() -> None:
    with pytest.raises(errors.UnknownNameError) as caught:
        recipes.recipe("xaver")
    assert str(caught.value) == (
        "no recipe is called 'xaver'. Needed: one of native, admin, auto, autoinit, completep, "
        "deepnorm, deepscale-lm, dks, fixup, flax, gpt2, he, idinit, keras, kumar, lecun, lora, "
        "mimetic, mup, orthogonal, skipinit, small-init, spectral, t-fixup, tanh-identity, tat, "
        "torch, xavier, zero, or the path of a .toml or .json file. "
        "Do: did you mean xavier."
    )


def test_a_name_like_none() -> None:
    with pytest.raises(errors.UnknownNameError, match="Do: choose one of them"):
        recipes.summary("qqqq")


def test_native_has_no_rules() -> None:
    with pytest.raises(errors.InputError) as caught:
        recipes.recipe("native")
    assert str(caught.value) == (
        "native is recorded from a model's own code and has no rules. Needed: a model. "
        'Do: call isometry.plan(model, recipe="native").'
    )


def test_unknown_option() -> None:
    with pytest.raises(errors.InputError) as caught:
        recipes.recipe("he", activations="gelu")
    assert str(caught.value) == (
        "recipe he has no option 'activations'. Needed: one of activation, fan, distribution. "
        "Do: correct the spelling or leave it out."
    )


def test_a_recipe_without_options() -> None:
    with pytest.raises(errors.InputError, match=r"Needed: no options\."):
        recipes.recipe("torch", gain=2.0)
