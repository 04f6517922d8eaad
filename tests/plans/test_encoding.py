import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isometry import errors, plans, schemes
from isometry.parameters import Axes, Blocks, Parameter
from isometry.plans import Assignment, Plan
from tests.plans.models import MODEL, recipe, rule

PLAN = plans.decide(MODEL, recipe(rule("*", schemes.Constant(1.0))))

PACKED = Parameter(
    "attn.in_proj",
    (9, 3),
    "bfloat16",
    role="weight",
    layer="attention",
    axes=Axes(outputs=(0,), inputs=(1,), blocks=Blocks(0, ("q", "k", "v"), (3, 3, 3))),
    ties=("a", "b"),
    facts=(("heads", 3), ("module", "Attention"), ("slope", 0.1)),
)
RECORDED = schemes.Values.of(np.arange(6, dtype=np.int64).reshape(2, 3))


@pytest.mark.parametrize(
    "assignment",
    [
        Assignment(PACKED, schemes.Orthogonal(gain=0.1), "Grüße “ “.", "mine[0] *"),
        Assignment(PACKED, None, "", "kept"),
        Assignment(Parameter("ids", (2, 3), "int64", kind="buffer"), RECORDED, "", ""),
    ],
)
def test_round_trip(assignment: Assignment) -> None:
    plan = Plan("mine", (assignment,))
    assert Plan.from_json(plan.to_json()) == plan
    assert Plan.from_json(plan.to_json()).digest() == plan.digest()


@given(st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-30))
def test_numbers_come_back_exactly(value: float) -> None:
    plan = Plan("mine", (Assignment(Parameter("w", (2,)), schemes.Constant(value), "", ""),))
    assert Plan.from_json(plan.to_json()) == plan


def test_json_is_one_assignment_a_line() -> None:
    text = PLAN.to_json()
    assert json.loads(text) == json.loads(json.dumps(PLAN.to_data()))
    assert len(text.splitlines()) == len(PLAN) + 2


def changed(**fields: object) -> str:
    return json.dumps({**PLAN.to_data(), **fields})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "line 1, column 2: Expecting property name enclosed in double quotes. Needed: JSON"),
        ("[]", "the top is a list. Needed: an object"),
        (changed(schema=2), "schema is 2. Needed: schema 1"),
        (changed(recipe=None), "'recipe' of the plan is None. Needed: a str"),
        (changed(assignments={}), "'assignments' of the plan is {}. Needed: a list"),
        (changed(assignments=[3]), "'parameter' of assignments[0] is None. Needed: a dict"),
        (changed(version=float("nan")), "a number is NaN. Needed: finite numbers"),
        (
            changed(assignments=[{**PLAN.to_data()["assignments"][0], "reason": 3}]),
            "'reason' of assignments[0] is 3. Needed: a str",
        ),
    ],
)
def test_unreadable(text: str, expected: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        Plan.from_json(text)
    assert str(caught.value) == f"{expected}. Do: write the plan again with to_json()."


@pytest.mark.parametrize("data", [{"path": "w", "shap": [2]}, {"path": "w"}])
def test_unreadable_parameter(data: dict[str, object]) -> None:
    first = {**PLAN.to_data()["assignments"][0], "parameter": data}
    with pytest.raises(errors.InputError, match=r"^assignments\[0\].parameter: .*shap"):
        Plan.from_json(changed(assignments=[first]))


def test_a_change_of_any_field_changes_the_digest() -> None:
    one = Assignment(PACKED, schemes.Constant(1.0), "Why.", "mine[0] *")
    others = [
        replace(one, scheme=None),
        replace(one, reason="Why?"),
        replace(one, source="mine[1] *"),
        *(
            replace(one, parameter=replace(PACKED, **change))
            for change in (
                {"path": "x"},
                {"dtype": "float32"},
                {"ties": ()},
                {"facts": ()},
                {"persistent": False},
                {"axes": None},
            )
        ),
    ]
    digests = {Plan("mine", (assignment,)).digest() for assignment in (one, *others)}
    assert len(digests) == len(others) + 1


@pytest.mark.parametrize(
    ("demands", "found"),
    [
        ('[{"what": "branch"}]', "demands: "),
        ('["branch"]', "demands: "),
        ('[{"what": "leaf", "factor": 1.0, "reason": ""}]', "a demand is 'leaf'"),
    ],
)
def test_demands_that_cannot_be_read(demands: str, found: str) -> None:
    text = f'{{"schema": 1, "recipe": "", "version": "", "demands": {demands}, "assignments": []}}'
    with pytest.raises(errors.InputError, match=found):
        Plan.from_json(text)
