import copy
import pickle
from dataclasses import replace

import pytest

from isometry import errors, plans, schemes
from isometry.plans import Assignment, Plan
from tests.plans.models import BIAS, HEAD, MODEL, WEIGHT, recipe, rule

ONE = schemes.Constant(1.0)
PLAN = plans.decide(MODEL, recipe(rule("*.weight", schemes.Normal(std=0.02)), rule("*", ONE)))


def test_a_plan_is_a_mapping_in_model_order() -> None:
    assert PLAN.paths == ("fc.weight", "fc.bias", "head.weight", "mask")
    assert [one.parameter for one in PLAN] == list(PLAN.parameters) == list(MODEL)
    assert "wte.weight" in PLAN
    assert "nope" not in PLAN
    assert len(PLAN) == 4


def test_a_plan_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(PLAN)) == PLAN
    assert copy.deepcopy(PLAN)["wte.weight"] == PLAN["head.weight"]


def test_str_is_short() -> None:
    assert str(PLAN) == (f"plan mine: 4 tensors (2 normal, 2 constant), digest {PLAN.digest()}")


def test_summary_counts_kept_tensors() -> None:
    kept = PLAN.replace("fc.bias", None)
    assert kept.summary == {"normal": 2, "kept": 1, "constant": 1}


def test_unknown_path() -> None:
    with pytest.raises(errors.UnknownNameError) as caught:
        PLAN["fc.wxight"]
    assert str(caught.value) == (
        "fc.wxight: the plan has no such tensor. Needed: one of its 5 paths. "
        "Do: did you mean fc.weight, wte.weight, head.weight."
    )


def test_two_assignments_of_one_path() -> None:
    tied = replace(BIAS, path="other", ties=("fc.weight",))
    with pytest.raises(errors.InputError) as caught:
        Plan("mine", (Assignment(WEIGHT, ONE, "", ""), Assignment(tied, ONE, "", "")))
    assert str(caught.value) == (
        "fc.weight: two assignments, 0 and a later one, have this path. Needed: one assignment a "
        "tensor. Do: list a tied tensor's other paths in Parameter.ties."
    )


def test_replace_changes_one_tensor() -> None:
    plan = PLAN.replace("wte.weight", ONE, reason="Mine.")
    assert plan["head.weight"] == Assignment(HEAD, ONE, "Mine.", "replace")
    assert [one for one in plan if one not in PLAN.assignments] == [plan["head.weight"]]


def test_replace_checks() -> None:
    with pytest.raises(errors.ShapeError):
        PLAN.replace("fc.bias", schemes.Orthogonal())


def test_the_digest_tells_plans_apart() -> None:
    digests = {
        PLAN.digest(),
        PLAN.replace("fc.bias", schemes.Constant(2.0)).digest(),
        PLAN.replace("fc.bias", ONE).digest(),
        replace(PLAN, version="v0").digest(),
        replace(PLAN, recipe="other").digest(),
    }
    assert len(digests) == 5
    assert {len(digest) for digest in digests} == {32}


def test_the_digest_is_stable() -> None:
    plan = Plan("mine", (Assignment(BIAS, schemes.Constant(0.5), "Why.", "mine[0] *"),))
    assert plan.digest() == "b7b7e9522066c2457ebc389d83ba96ed"


def test_revise_without_anything_is_the_plan_itself() -> None:
    assert plans.revise(PLAN) is PLAN


def test_revise_puts_rules_in_front() -> None:
    plan = plans.revise(PLAN, rules=[rule("mask", schemes.Constant(0.0))], skip=["fc.*"])
    assert [one.scheme for one in plan] == [
        None,
        None,
        schemes.Normal(std=0.02),
        schemes.Constant(0.0),
    ]
    assert (plan.recipe, plan["head.weight"].source) == ("mine", "mine[0] *.weight")


def test_revise_refuses_dead_rules() -> None:
    with pytest.raises(errors.DeadRuleError):
        plans.revise(PLAN, rules=[rule("nope", ONE)])
