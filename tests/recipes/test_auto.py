"""What auto decides for each kind of region, and why it says so."""

from dataclasses import replace
from math import sqrt

import pytest

from isometry import errors, plans, recipes, schemes, theory
from isometry.parameters import Axes, Blocks, Layer, Parameter, Surroundings
from tests.recipes.plain import branch, stack

RELU, TANH, SIGMOID = (("relu",) * 20, ("tanh",) * 20, ("sigmoid",) * 20)


def planned(parameters: tuple[Parameter, ...], **options: object) -> plans.Plan:
    recipe = recipes.recipe("auto", parameters, **options)  # type: ignore[arg-type]  # any option is tried
    return plans.decide(parameters, recipe)


def test_a_deep_stack_of_the_class_is_mirrored() -> None:
    plan = planned(stack(RELU))
    assert plan["1.weight"].scheme == schemes.Mirrored(form="first", activation="relu")
    assert plan["2.weight"].scheme == schemes.Mirrored(form="hidden", activation="relu")
    assert plan["21.weight"].scheme == schemes.Mirrored(form="readout", activation="relu")
    assert plan["2.bias"].scheme == schemes.Constant(0.0)
    assert plan["2.weight"].reason == (
        "Through 20 activations: units in mirrored pairs, for relu(u) - relu(-u) is a line, so "
        "that all singular values are 1."
    )


@pytest.mark.parametrize(
    "parameters",
    [stack(RELU, width=7), stack(RELU, width=8, layer="conv", groups=2), stack(("mish",) * 20)],
    ids=["odd width", "groups", "not of the class"],
)
def test_what_cannot_be_mirrored_is_shaped(parameters: tuple[Parameter, ...]) -> None:
    plan = planned(parameters)
    assert isinstance(plan["2.weight"].scheme, schemes.Orthogonal | schemes.DeltaOrthogonal)
    assert isinstance(plan["2.bias"].scheme, schemes.WeightSums)


def test_a_linear_link_ends_the_pairs() -> None:
    plan = planned(stack((*RELU[:10], "linear", *RELU[:10])))
    assert plan["11.weight"].scheme == schemes.Mirrored(form="readout", activation="relu")
    assert plan["12.weight"].scheme == schemes.Mirrored(form="first", activation="relu")
    twice = planned(stack((*RELU[:10], "linear", "linear", *RELU[:10])))
    assert twice["12.weight"].scheme == schemes.Orthogonal()


def test_a_shape_is_written_around_its_activation() -> None:
    plan = planned(stack(SIGMOID))
    slope = theory.slope_for(theory.Layers(20), zeta=4.0)
    shape = theory.steady("sigmoid", slope=slope)
    first, second, last = (plan[f"{level}.weight"].scheme for level in (1, 2, 21))
    assert first == schemes.Orthogonal(gain=shape.alpha)
    assert second == schemes.Orthogonal(gain=shape.alpha * shape.gamma)
    assert last == schemes.Orthogonal(gain=shape.gamma)
    assert plan["1.bias"].scheme == schemes.Constant(shape.beta)
    follows = plan["2.bias"].scheme
    assert isinstance(follows, schemes.WeightSums)
    assert (follows.weight.path, follows.fill) == ("2.weight", second)
    assert (follows.factor, follows.shift) == (shape.delta, shape.beta)


def test_lengths_that_would_run_away_get_the_smaller_slope() -> None:
    slope = theory.slope_for(theory.Layers(20))
    shape = theory.steady("mish", slope=slope)
    plan = planned(stack(("mish",) * 20))
    assert plan["1.weight"].scheme == schemes.Orthogonal(gain=shape.alpha)


def test_without_biases_weights_are_centred() -> None:
    plan = planned(stack(SIGMOID, bias=False))
    assert isinstance(plan["2.weight"].scheme, schemes.Centred)
    assert isinstance(planned(stack(TANH, bias=False))["2.weight"].scheme, schemes.Orthogonal)


def test_a_shallow_stack_gets_classic_gains() -> None:
    plan = planned(stack(("relu", "relu")))
    assert plan["2.weight"].scheme == schemes.Orthogonal(gain=theory.gain("relu"))
    assert plan["2.weight"].reason == (
        "2 activations in a row: a classic gain is enough. Its input comes from relu: orthogonal, "
        "gain 1.414."
    )
    kernel = planned(stack(("relu",), layer="conv"))["2.weight"].scheme
    assert kernel == schemes.VarianceScaling(gain=theory.gain("relu"), fan="fan_in")


def test_no_classic_gain_serves_sigmoids() -> None:
    assert isinstance(planned(stack(("sigmoid",) * 2))["2.bias"].scheme, schemes.WeightSums)


def test_an_unknown_activation_is_said_to_be_unknown() -> None:
    reason = planned(stack(("composite",) * 3))["2.weight"].reason
    assert "of no known gain" in reason
    deep = planned(stack(("composite",) * 20))["2.weight"].reason
    assert deep.startswith("No shape is known for 20 activations (no activation is called")


def test_transposed_kernels_keep_their_fans() -> None:
    axes = Axes(outputs=(1,), inputs=(0,), window=(2, 3), transposed=True, stride=4)
    up = tuple(
        replace(one, layer="conv_transpose", axes=axes) if one.role == "weight" else one
        for one in stack(RELU, layer="conv")
    )
    assert isinstance(planned(up)["2.weight"].scheme, schemes.VarianceScaling)


def test_sines() -> None:
    plan = planned(stack(("sin(w0=30)",) * 3))
    assert plan["1.weight"].scheme == schemes.Siren(place="first")
    assert plan["4.weight"].scheme == schemes.Siren()
    assert plan["2.bias"].scheme == schemes.Uniform(low=-1 / sqrt(8), high=1 / sqrt(8))
    bare = planned(stack(("sin(w0=30)",) * 3, bias=False))
    assert bare["2.weight"].scheme == schemes.Siren()


def test_branches_without_norm_start_at_zero() -> None:
    plan = planned((*branch(1, 2, "relu"), *branch(2, 2, "relu")))
    assert plan["1.last.weight"].scheme == schemes.Constant(0.0)
    assert plan["1.first.weight"].scheme == schemes.Orthogonal()
    assert plan["1.last.weight"].reason == (
        "Last of a branch without norm: 0, so that all 2 sums of the stream start as the identity "
        "and no depth makes them explode."
    )


def normed(depth: int) -> Parameter:
    around = Surroundings(feeds=("gelu",), residual="output", place=1, depth=depth, normed="before")
    axes = Axes(outputs=(0,), inputs=(1,))
    return Parameter(
        "out.weight", (8, 8), role="weight", layer="linear", axes=axes, surroundings=around
    )


def test_branches_with_norm_share_one_variance() -> None:
    scheme = planned((normed(16),))["out.weight"].scheme
    assert scheme == schemes.Scaled(schemes.Orthogonal(gain=theory.gain("gelu")), factor=0.25)
    alone = planned((normed(1),))["out.weight"].scheme
    assert alone == schemes.Orthogonal(gain=theory.gain("gelu"))


def table(path: str, consumers: tuple[str, ...], feeds: tuple[str, ...] = ()) -> Parameter:
    return Parameter(
        path, (50, 16), role="table", layer="embedding",
        axes=Axes(inputs=(0,), outputs=(1,), lookup=True),
        surroundings=Surroundings(consumers=consumers, feeds=feeds),
    )  # fmt: skip


def test_tables() -> None:
    plan = planned((table("words", ("add",)), table("places", ("add",)), table("alone", ("norm",))))
    assert plan["words"].scheme == schemes.Padded(schemes.Normal(std=1 / sqrt(2)))
    assert plan["alone"].scheme == schemes.Padded(schemes.Normal(std=1.0))
    tied = planned((table("tied", ("add", "output"), ("linear",)),))
    assert tied["tied"].scheme == schemes.Padded(schemes.InverseWidth())


def test_a_prior_takes_the_bias_of_the_head() -> None:
    parameters = stack(SIGMOID, width=4)
    plan = planned(parameters, output_prior=(0.5, 0.25, 0.125, 0.125))
    values = plan["21.bias"].scheme
    assert isinstance(values, schemes.Values)
    assert values.array().round(4).tolist() == pytest.approx([-0.6931, -1.3863, -2.0794, -2.0794])
    assert isinstance(plan["21.weight"].scheme, schemes.Centred)


def test_a_prior_of_one_class_is_a_logit() -> None:
    one = replace(stack(("relu",))[-1], shape=(1,))
    plan = planned((*stack(("relu",))[:-1], one), output_prior=(0.75,))
    values = plan["2.bias"].scheme
    assert isinstance(values, schemes.Values)
    assert values.array().tolist() == pytest.approx([1.0986123])


def test_a_prior_that_is_none() -> None:
    with pytest.raises(errors.InputError) as caught:
        planned(stack(("relu",)), output_prior=(0.5, 0.6))
    assert str(caught.value) == (
        "output_prior is (0.5, 0.6). Needed: probabilities between 0 and 1 that add up to 1, or a "
        "single one. Do: give the share of each class in the training data."
    )


def test_a_prior_of_another_size() -> None:
    with pytest.raises(errors.InputError) as caught:
        planned(stack(("relu",)), output_prior=(0.5, 0.5))
    assert str(caught.value) == (
        "output_prior has 2 classes, and biases of the output are: 2.bias of 8. Needed: one bias "
        "of the model's output with as many numbers. Do: give one probability a class, or leave "
        "output_prior out."
    )


def test_a_prior_without_a_bias() -> None:
    with pytest.raises(errors.InputError, match="biases of the output are: none"):
        planned(stack(("relu",), bias=False), output_prior=(0.5, 0.5))


def test_no_graph_is_an_error() -> None:
    bare = tuple(replace(one, surroundings=None) for one in stack(RELU))
    with pytest.raises(errors.InputError) as caught:
        planned(bare)
    assert str(caught.value) == (
        "recipe auto: auto derives a start from the model's graph, which is not known. Needed: "
        "the graph: one forward of the model. Do: pass an example: "
        "iso.plan(model, example, recipe='auto')."
    )


def test_a_weight_that_nothing_uses_is_said_to_be_unused() -> None:
    lost = replace(stack(("relu",))[0], path="lost.weight", surroundings=None)
    plan = planned((*stack(("relu",)), lost))
    assert plan["lost.weight"].reason.startswith("No step of the forward takes it.")


def test_a_stack_with_a_missing_weight_is_no_stack() -> None:
    plan = planned(stack(RELU)[2:])
    assert plan["2.weight"].scheme == schemes.Orthogonal(gain=theory.gain("relu"))


@pytest.mark.parametrize(
    ("layer", "names", "scheme"),
    [
        ("lstm", ("i", "f", "g", "o"), schemes.ChronoBias(64.0)),
        ("gru", ("r", "z", "n"), schemes.ChronoBias(64.0, forget="z", input="")),
    ],
)
def test_gates_remember_as_long_as_the_sequence(
    layer: Layer, names: tuple[str, ...], scheme: schemes.Scheme
) -> None:
    blocks = Blocks(0, names, (4,) * len(names))
    bias = Parameter(
        "rnn.bias_ih",
        (4 * len(names),),
        role="input-bias",
        layer=layer,
        axes=Axes(outputs=(0,), blocks=blocks),
        surroundings=Surroundings(length=64),
    )
    plan = planned((bias,))
    assert plan["rnn.bias_ih"].scheme == scheme
    short = replace(bias, surroundings=Surroundings(length=8))
    assert planned((short,))["rnn.bias_ih"].scheme != scheme


def test_a_learned_factor_on_a_branch_scales_nothing() -> None:
    around = Surroundings(residual="output", place=1, depth=1)
    factor = Parameter("alpha", (1,), surroundings=around)
    assert planned((factor, *stack(("relu",))))["alpha"].scheme == schemes.Constant(1.0)


def test_mirrored_layers_need_no_bias() -> None:
    plan = planned(stack(RELU, bias=False))
    assert plan["2.weight"].scheme == schemes.Mirrored(form="hidden", activation="relu")


def test_what_makes_a_weight_is_no_weight_of_the_stack() -> None:
    parameters = stack(RELU)
    made = replace(parameters[0], path="magnitude", role="scale")
    assert planned((*parameters, made))["magnitude"].scheme == schemes.Constant(1.0)
