"""Kernel shaping as a recipe: plain stacks, and branches that share one variance."""

from math import sqrt

import pytest

from isometry import errors, plans, recipes, schemes, theory
from isometry.parameters import Parameter
from tests.recipes.plain import branch, stack


def planned(name: str, parameters: tuple[Parameter, ...]) -> plans.Plan:
    return plans.decide(parameters, recipes.recipe(name, parameters))


def test_dks_of_a_plain_stack() -> None:
    plan = planned("dks", stack(("tanh",) * 10))
    shape = theory.dks("tanh", slope=theory.slope_for(theory.Layers(10)))
    assert plan["2.weight"].scheme == schemes.Orthogonal(gain=shape.alpha * shape.gamma)
    follows = plan["2.bias"].scheme
    assert isinstance(follows, schemes.WeightSums)
    assert (follows.factor, follows.shift) == (shape.delta, shape.beta)


def test_tat_of_a_plain_stack() -> None:
    plan = planned("tat", stack(("tanh",) * 10))
    shape = theory.tat("tanh", curvature=theory.curvature_for(theory.Layers(10)))
    assert plan["1.weight"].scheme == schemes.Orthogonal(gain=shape.alpha)


def test_branches_are_shaped_for_their_share_of_the_stream() -> None:
    parameters = (*branch(1, 2, "tanh"), *branch(2, 2, "tanh"))
    plan = planned("dks", parameters)
    net = theory.Chain(
        tuple(theory.Residual(theory.Layers(1), shortcut=sqrt(q / (q + 0.5))) for q in (1.0, 1.5))
    )
    shape = theory.dks("tanh", slope=theory.slope_for(net))
    entry, out = plan["2.first.weight"].scheme, plan["2.last.weight"].scheme
    assert isinstance(entry, schemes.Orthogonal)
    assert isinstance(out, schemes.Orthogonal)
    assert entry.gain == pytest.approx(shape.alpha / sqrt(1.5), rel=1e-12)
    assert out.gain == pytest.approx(shape.gamma / sqrt(2), rel=1e-12)


def test_a_branch_that_begins_with_an_activation() -> None:
    with pytest.raises(errors.InputError) as caught:
        planned("dks", branch(1, 2, "relu", feeds="relu"))
    assert str(caught.value) == (
        "1.first.weight: an activation of the stream itself feeds this branch: relu. Needed: "
        "branches that begin with a weight, which can carry the shape's scale and shift. Do: "
        "choose auto or fixup."
    )


def test_nothing_to_shape() -> None:
    with pytest.raises(errors.InputError) as caught:
        planned("dks", stack(("linear",)))
    assert str(caught.value) == (
        "recipe dks: the model's graph shows no weights with only an activation between them. "
        "Needed: plain stacks or branches without norms, whose activations can be shaped. Do: "
        "choose auto, which knows what to do beside norms, or pass an example."
    )


def test_no_model_yet() -> None:
    assert recipes.recipe("dks").name == "dks"
