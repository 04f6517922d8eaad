from math import sqrt
from typing import Any

import pytest

from isometry import plans, recipes
from tests.recipes.reference import EVERYTHING


def std(recipe: str, path: str, **options: Any) -> float:
    plan = plans.decide(EVERYTHING, recipes.recipe(recipe, EVERYTHING, **options))
    assignment = plan[path]
    assert assignment.scheme is not None
    return assignment.scheme.moments(assignment.parameter).std


@pytest.mark.parametrize(
    ("recipe", "options", "expected"),
    [
        ("he", {}, sqrt(2 / 8)),
        ("he", {"activation": "leaky_relu(0.2)"}, sqrt(2 / 1.04 / 8)),
        ("he", {"fan": "fan_out", "distribution": "uniform"}, sqrt(2 / 32)),
        ("lecun", {}, sqrt(1 / 8)),
        ("lecun", {"distribution": "truncated_normal"}, sqrt(1 / 8)),
        ("xavier", {}, sqrt(2 / 40)),
        ("xavier", {"gain": 2.0, "distribution": "normal"}, 2 * sqrt(2 / 40)),
        ("kumar", {"activation": "sigmoid"}, sqrt(12.8 / 8)),
        ("orthogonal", {}, sqrt(1 / 8)),  # of 32 orthonormal columns' rows, corrected for 32 > 8
        ("orthogonal", {"activation": "relu"}, sqrt(2 / 8)),
    ],
)
def test_std_of_a_weight_from_8_to_32(
    recipe: str, options: dict[str, Any], expected: float
) -> None:
    assert std(recipe, "h.0.mlp.c_fc.weight", **options) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("recipe", ["xavier", "he", "lecun", "kumar", "orthogonal"])
def test_what_all_of_them_share(recipe: str) -> None:
    plan = plans.decide(EVERYTHING, recipes.recipe(recipe, EVERYTHING))
    means = {
        one.parameter.path: one.scheme.moments(one.parameter).mean
        for one in plan
        if one.scheme is not None
    }
    assert means["lstm.bias_ih"] == 0.25
    assert means["lstm.bias_hh"] == 0.0
    assert means["gru.bias_ih"] == 0.0
    assert means["h.0.ln.weight"] == 1.0
    assert means["bn.running_var"] == 1.0
    assert means["prelu.weight"] == pytest.approx(0.1)
    assert std(recipe, "lstm.weight_hh") == pytest.approx(1 / sqrt(6))
    assert std(recipe, "wte.weight") == pytest.approx(sqrt(49 / 50 / 8))
