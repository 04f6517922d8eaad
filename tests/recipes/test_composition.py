import json
from pathlib import Path

import pytest

from isometry import errors, plans, recipes, schemes
from isometry.recipes import Rule, Selector
from tests.recipes.reference import MODELS, TRANSFORMER

HALF = schemes.Constant(0.5)


def test_rules_in_front_decide_first() -> None:
    mine = Rule(Selector(path="wte.weight"), HALF, "Mine.")
    plan = plans.decide(TRANSFORMER, recipes.before([mine], recipes.recipe("he", TRANSFORMER)))
    assert plan["wte.weight"].scheme == HALF
    assert plan["wte.weight"].source == "he[0] wte.weight"


@pytest.mark.parametrize("name", recipes.names())
def test_rules_in_front_may_take_all_that_a_recipe_had(name: str) -> None:
    model = MODELS[name]
    mine = Rule(Selector(path="*"), HALF, "Mine.")
    integers = Rule(Selector(path="*num_batches*"), schemes.Constant(0.0), "Mine.")
    plan = plans.decide(model, recipes.before([integers, mine], recipes.recipe(name, model)))
    assert {one.source for one in plan} == {f"{name}[0] *num_batches*", f"{name}[1] *"}


def test_no_rules_in_front_change_nothing() -> None:
    recipe = recipes.recipe("he")
    assert recipes.before([], recipe) is recipe


def test_a_mapping_is_regular_expressions() -> None:
    plan = plans.decide(
        TRANSFORMER,
        recipes.from_rules({r"h\..*": HALF, "wte.*": None, "bn.*": HALF}),
        skip=["bn.num*"],
    )
    assert plan["h.0.ln.bias"].scheme == HALF
    assert plan["wte.weight"].scheme is None


@pytest.mark.parametrize(
    "given",
    [
        "lecun",
        recipes.recipe("lecun", TRANSFORMER),
    ],
)
def test_names_and_recipes_resolve(given: str | recipes.Recipe) -> None:
    assert recipes.resolve(given, TRANSFORMER) == recipes.recipe("lecun", TRANSFORMER)


def test_mappings_resolve() -> None:
    assert recipes.resolve({"a": HALF}, ()) == recipes.from_rules({"a": HALF})


def test_files_resolve(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({"rules": [{"path": "*", "scheme": "zeros"}]}))
    assert recipes.resolve(file, ()) == recipes.resolve(str(file), ()) == recipes.load(file)


def test_nothing_else_resolves() -> None:
    with pytest.raises(errors.InputError) as caught:
        recipes.resolve(7, ())  # type: ignore[arg-type]  # what a user may do
    assert str(caught.value) == (
        "the recipe is a int. Needed: a name, a file, a Recipe, or a mapping from regular "
        'expressions to schemes. Do: pass recipe="he", for example.'
    )


def test_a_rule_that_selects_by_surroundings_reads_the_graph() -> None:
    beside = recipes.Rule(recipes.Selector(before="relu"), HALF, "Small before ReLU.")
    plain = recipes.Rule(recipes.Selector(path="a"), HALF, "Small.")
    assert recipes.reads_graph("torch", [beside])
    assert not recipes.reads_graph("torch", [plain])
    assert not recipes.reads_graph({"a": HALF})
