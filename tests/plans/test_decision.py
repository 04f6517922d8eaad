import numpy as np
import pytest

from isometry import errors, plans, schemes
from isometry.parameters import Parameter
from tests.plans.models import BIAS, HEAD, MASK, MODEL, WEIGHT, recipe, rule

ZERO, ONE = schemes.Constant(0.0), schemes.Constant(1.0)
HE = schemes.VarianceScaling(gain=2**0.5)
REST = rule("*", ZERO, required=False)


def message(kind: type[errors.IsometryError], *args: object, **options: object) -> str:
    with pytest.raises(errors.IsometryError) as caught:
        plans.decide(*args, **options)  # type: ignore[arg-type]  # passed on as given
    assert type(caught.value) is kind
    return str(caught.value)


def test_the_first_rule_that_selects_decides() -> None:
    plan = plans.decide(MODEL, recipe(rule("*.weight", HE), rule("fc.*", ONE), REST))
    assert [one.scheme for one in plan] == [HE, ONE, HE, ZERO]
    assert plan["fc.bias"].source == "mine[1] fc.*"
    assert plan["fc.bias"].rule == "fc.*"
    assert plan["fc.bias"].reason == "Because of fc.*."


def test_a_tied_tensor_answers_to_each_path() -> None:
    plan = plans.decide(MODEL, recipe(rule("wte.*", ONE), REST))
    assert plan["head.weight"] is plan["wte.weight"]
    assert plan["wte.weight"].scheme == ONE


def test_only_keeps_the_rest() -> None:
    plan = plans.decide(MODEL, recipe(rule("*.weight", HE)), only=["fc.weight"])
    assert [one.scheme for one in plan] == [HE, None, None, None]
    assert plan["mask"].reason == "kept by only fc.weight"


def test_skip_keeps() -> None:
    plan = plans.decide(MODEL, recipe(REST), skip="fc.*")
    assert [one.scheme for one in plan] == [None, None, ZERO, ZERO]
    assert plan["fc.bias"].source == "choice skip fc.*"


def test_a_prior_plan_decides_the_rest() -> None:
    prior = plans.decide(MODEL, recipe(rule("*", ONE), name="old"))
    plan = plans.decide(MODEL, recipe(rule("fc.bias", ZERO)), prior=prior)
    assert [one.scheme for one in plan] == [ONE, ZERO, ONE, ONE]
    assert plan["mask"].source == "old[0] *"


def test_a_prior_plan_of_another_model_does_not_cover() -> None:
    prior = plans.decide([WEIGHT], recipe(rule("*", ONE)))
    with pytest.raises(errors.UncoveredError, match="head"):
        plans.decide([WEIGHT, HEAD], recipe(), prior=prior)


def test_dead_rule() -> None:
    assert message(errors.DeadRuleError, MODEL, recipe(rule("*.wxight", HE), REST)) == (
        "mine[0] *.wxight: it selects none of 4 tensors. Needed: one or more. "
        "Do: correct the pattern; near to it are fc.weight, head.weight."
    )


def test_dead_rule_that_others_have_emptied() -> None:
    rules = recipe(rule("*.weight", HE), rule("fc.weight", ONE), REST)
    assert message(errors.DeadRuleError, MODEL, rules) == (
        "mine[1] fc.weight: all that it selects is decided by earlier rules: "
        "fc.weight by mine[0] *.weight. Needed: a tensor of its own. "
        "Do: move it before them, or delete it."
    )


def test_dead_rule_that_several_others_have_emptied() -> None:
    rules = recipe(rule("fc.*", ZERO), rule("*", ONE), rule("*.weight", HE))
    assert "fc.weight and 1 more by mine[0] fc.*, mine[1] *" in message(
        errors.DeadRuleError, MODEL, rules
    )


def test_a_rule_that_need_not_match_may_be_dead() -> None:
    plan = plans.decide(MODEL, recipe(rule("conv.*", HE, required=False), REST))
    assert len(plan) == 4


def test_dead_pattern() -> None:
    assert message(errors.DeadRuleError, MODEL, recipe(REST), skip=["fc.wxight"]) == (
        "skip='fc.wxight' matches none of 5 paths. Needed: a glob over whole paths that matches "
        "one or more. Do: correct the pattern; near to it are fc.weight, wte.weight, head.weight."
    )


def test_dead_rule_of_an_empty_model() -> None:
    assert message(errors.DeadRuleError, [], recipe(rule("*", ZERO))) == (
        "mine[0] *: it selects none of 0 tensors. Needed: one or more. "
        "Do: check that the model has parameters."
    )


def test_uncovered() -> None:
    assert message(errors.UncoveredError, MODEL, recipe(rule("*.weight", HE))) == (
        "2 tensors have no rule in recipe mine: fc.bias 4 (bias of linear), "
        "mask 2x2 (free of custom). Needed: a rule for every tensor, because a guess could be "
        "wrong and nobody would see it. Do: add a rule for each, or keep them as they are with "
        "skip=."
    )


def test_one_uncovered_scalar() -> None:
    text = message(errors.UncoveredError, [Parameter("gamma", ())], recipe())
    assert text.startswith("1 tensor has no rule in recipe mine: gamma scalar (free of custom).")


def test_shapes_are_refused_before_anything_is_written() -> None:
    orthogonal = recipe(rule("*.bias", schemes.Orthogonal()))
    assert message(errors.ShapeError, [BIAS], orthogonal).startswith("fc.bias: ")


def test_drawn_whole_numbers_are_refused() -> None:
    assert message(errors.DtypeError, [MASK], recipe(rule("*", schemes.Normal()))) == (
        "mask: normal draws real numbers and the dtype is bool. Needed: a constant or recorded "
        "values for a tensor of whole numbers. "
        "Do: use constant or values, or keep the tensor with skip=."
    )


IDS = Parameter("ids", (2, 2), "int64", kind="buffer")


@pytest.mark.parametrize(
    "scheme",
    [
        ONE,
        schemes.Values.of(np.arange(4).reshape(2, 2)),
        schemes.Rows(ONE, (0,)),
        schemes.Rows(schemes.Values.of(np.arange(4).reshape(2, 2)), (0,)),
    ],
)
def test_whole_numbers_may_be_constant_or_recorded(scheme: schemes.Scheme) -> None:
    assert plans.decide([IDS], recipe(rule("*", scheme)))["ids"].scheme == scheme


@pytest.mark.parametrize("scheme", [schemes.Rows(schemes.Normal(), (0,)), schemes.Sign()])
def test_partly_drawn_whole_numbers_are_refused(scheme: schemes.Scheme) -> None:
    with pytest.raises(errors.DtypeError):
        plans.decide([IDS], recipe(rule("*", scheme)))


def test_unknown_dtypes_are_refused() -> None:
    strange = Parameter("w", (2,), dtype="datetime64")
    assert message(errors.DtypeError, [strange], recipe(rule("*", ONE))) == (
        "w: the dtype is 'datetime64'. Needed: float64, float32, float16, bfloat16, a float8, "
        "complex64, complex128, a dtype of whole numbers, or bool. Do: convert the tensor, or keep "
        "it with skip=."
    )


def test_nothing_is_drawn_into_complex_numbers() -> None:
    strange = Parameter("w", (2,), dtype="complex64")
    drawn = recipe(rule("*", schemes.Normal()))
    assert message(errors.DtypeError, [strange], drawn).startswith("w: ")


def test_recorded_complex_numbers_are_planned_with_the_moments_of_their_parts() -> None:
    freqs = Parameter("freqs", (2,), dtype="complex64")
    scheme = schemes.Values.of(np.array([3 + 1j, 1 + 3j], np.complex64))
    plan = plans.decide([freqs], recipe(rule("freqs", scheme)))
    assert scheme.moments(plan["freqs"].parameter) == schemes.Moments(2.0, 1.0, 1.0)


def test_dtypes_that_nobody_has_are_refused() -> None:
    strange = Parameter("w", (2,), dtype="float7")
    assert message(errors.DtypeError, [strange], recipe(rule("*", ONE))).startswith(
        "w: the dtype is 'float7'."
    )


def test_all_problems_of_one_kind_at_once() -> None:
    rules = recipe(rule("a", HE), rule("b", HE), REST)
    text = message(errors.DeadRuleError, MODEL, rules)
    assert text.startswith("2 problems\n  1. mine[0] a: it selects none")
    assert "\n  2. mine[1] b: it selects none of 4 tensors. Needed: one or more. Do: " in text


def test_all_problems_of_all_kinds_at_once() -> None:
    rules = recipe(rule("fc.bias", schemes.Orthogonal()), rule("conv.*", HE))
    text = message(errors.DeadRuleError, MODEL, rules, only=["nope"])
    assert text.startswith("2 problems\n  1. only='nope' matches none")
    text = message(errors.DeadRuleError, MODEL, rules)
    assert text.startswith("3 problems\n  1. mine[1] conv.*: it selects none of 4 tensors.")
    assert "\n  2. 3 tensors have no rule" in text
    assert "\n  3. fc.bias: " in text


def test_a_misspelt_mapping_is_a_dead_rule_though_it_leaves_all_uncovered() -> None:
    text = message(errors.DeadRuleError, MODEL, recipe(rule("c_projj", schemes.Zeros())))
    assert "\n  2. 4 tensors have no rule" in text


def test_problems_of_several_kinds_without_a_dead_rule_are_a_plan_error() -> None:
    text = message(errors.PlanError, MODEL, recipe(rule("fc.bias", schemes.Orthogonal())))
    assert text.startswith("2 problems\n  1. 3 tensors have no rule")


def test_tensors_without_elements_are_planned() -> None:
    empty = Parameter("empty", (0, 4), role="weight", axes=WEIGHT.axes)
    assert plans.decide([empty], recipe(rule("*", HE)))["empty"].scheme == HE
