from dataclasses import replace

import pytest

from isometry import errors, plans, schemes
from isometry.plans import Difference
from tests.plans.models import BIAS, HEAD, MASK, MODEL, WEIGHT, recipe, rule

PLAN = plans.decide(MODEL, recipe(rule("*", schemes.Constant(1.0))))


def test_a_plan_fits_its_model() -> None:
    assert PLAN.diff(MODEL) == ()
    assert PLAN.diff(PLAN) == ()
    PLAN.require(MODEL)


def test_every_kind_of_difference() -> None:
    model = [
        replace(WEIGHT, shape=(4, 7)),
        replace(HEAD, dtype="float32", ties=()),
        replace(MASK, path="causal"),
    ]
    assert [str(one) for one in PLAN.diff(model)] == [
        "fc.weight: shape is (4, 6) in the plan and (4, 7) there",
        "fc.bias: only in the plan (4 float32)",
        "head.weight: dtype is bfloat16 in the plan and float32 there",
        "head.weight: tie is wte.weight in the plan and nothing there",
        "mask: only in the plan (2x2 bool)",
        "causal: not in the plan (2x2 bool)",
    ]


def test_schemes_differ_between_plans() -> None:
    other = PLAN.replace("fc.bias", None)
    assert PLAN.diff(other) == (Difference("fc.bias", "scheme", "Constant(value=1.0)", "None"),)


def test_mismatch() -> None:
    with pytest.raises(errors.MismatchError) as caught:
        PLAN.require([WEIGHT, BIAS, replace(HEAD, shape=(6, 5)), MASK])
    assert str(caught.value) == (
        "plan and model differ in 1 place\n"
        "  head.weight: shape is (6, 4) in the plan and (6, 5) there. "
        "Needed: the model that the plan was made for. Do: make a new plan from this model."
    )


def test_dtypes_may_differ_if_told() -> None:
    cast = [WEIGHT, BIAS, replace(HEAD, dtype="float16"), MASK]
    PLAN.require(cast, dtypes=False)
    with pytest.raises(errors.MismatchError, match="differ in 1 place\n"):
        PLAN.require(cast)


def test_several_places() -> None:
    with pytest.raises(errors.MismatchError, match="differ in 3 places\n"):
        PLAN.require([WEIGHT])
