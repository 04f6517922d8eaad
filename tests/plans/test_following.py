"""A bias that follows a weight follows what the plan writes there."""

import pytest

from isometry import errors, plans, recipes, schemes
from isometry.parameters import Axes, Parameter

WEIGHT = Parameter("fc.weight", (4, 4), role="weight", layer="linear", axes=Axes((0,), (1,)))
BIAS = Parameter("fc.bias", (4,), role="bias", layer="linear")
FOLLOWS = schemes.WeightSums(WEIGHT, schemes.Orthogonal(), factor=-0.5)


def rule(path: str, scheme: schemes.Scheme) -> recipes.Rule:
    return recipes.Rule(recipes.Selector(path=path), scheme, "why")


def recipe(weight: schemes.Scheme) -> recipes.Recipe:
    return recipes.Recipe("mine", "Mine.", (rule("fc.weight", weight), rule("fc.bias", FOLLOWS)))


def test_the_bias_follows_another_rule_for_its_weight() -> None:
    plan = plans.decide((WEIGHT, BIAS), recipe(schemes.Normal(std=0.1)))
    follows = plan["fc.bias"].scheme
    assert isinstance(follows, schemes.WeightSums)
    assert (follows.fill, follows.factor) == (schemes.Normal(std=0.1), -0.5)


def test_the_bias_follows_a_replacement() -> None:
    plan = plans.decide((WEIGHT, BIAS), recipe(schemes.Orthogonal()))
    follows = plan.replace("fc.weight", schemes.Constant(1.0))["fc.bias"].scheme
    assert isinstance(follows, schemes.WeightSums)
    assert follows.fill == schemes.Constant(1.0)


def test_a_kept_weight_has_no_sums() -> None:
    with pytest.raises(errors.InputError) as caught:
        plans.decide((WEIGHT, BIAS), recipe(schemes.Orthogonal()), skip=["fc.weight"])
    assert "fc.bias: the bias follows the sums of fc.weight, which is kept" in str(caught.value)


def test_a_weight_of_another_model() -> None:
    alone = recipes.Recipe("mine", "Mine.", (rule("fc.bias", FOLLOWS),))
    with pytest.raises(errors.InputError) as caught:
        plans.decide((BIAS,), alone)
    assert str(caught.value) == (
        "fc.bias: the bias follows the sums of fc.weight, which is not in the plan. Needed: a "
        "weight that the same plan writes. Do: plan the weight too, or keep the bias with skip=."
    )
