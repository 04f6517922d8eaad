"""What a parameter accepts, and the whole text of what it refuses."""

from typing import Any

import pytest

from isometry import errors
from isometry.parameters import Axes, Blocks, Parameter


def test_size_and_facts() -> None:
    table = Parameter("emb.weight", (10, 4), facts=(("padding_idx", 3),))
    assert (table.size, table.fact("padding_idx"), table.fact("heads")) == (40, 3, None)


def test_a_scalar_has_one_element_and_an_empty_tensor_none() -> None:
    assert (Parameter("t", ()).size, Parameter("w", (0, 4)).size) == (1, 0)


@pytest.mark.parametrize(
    ("field", "word", "message"),
    [
        (
            "kind",
            "weight",
            (
                "w: kind is 'weight'. Needed: one of buffer, parameter. Do: state the kind that is "
                "meant."
            ),
        ),
        (
            "role",
            "dense",
            (
                "w: role is 'dense'. Needed: one of bias, counter, free, input, input-bias, mean, "
                "recurrent, recurrent-bias, scale, shift, slope, table, variance, weight. Do: "
                "state the role that is meant."
            ),
        ),
        (
            "layer",
            "dense",
            (
                "w: layer is 'dense'. Needed: one of attention, batch_norm, bilinear, conv, "
                "conv_transpose, custom, embedding, experts, group_norm, gru, instance_norm, "
                "layer_norm, linear, lstm, prelu, rms_norm, rnn. Do: state the layer that is meant."
            ),
        ),
    ],
)
def test_an_unknown_word_is_refused(field: str, word: str, message: str) -> None:
    words: dict[str, Any] = {field: word}
    with pytest.raises(errors.UnknownNameError) as caught:
        Parameter("w", (2, 2), **words)
    assert str(caught.value) == message


def test_a_fact_stated_twice_is_refused() -> None:
    with pytest.raises(errors.InputError) as caught:
        Parameter("w", (2,), facts=(("heads", 2), ("heads", 4)))
    assert str(caught.value) == (
        "w: facts are ['heads', 'heads']. Needed: each fact once. Do: name each fact differently."
    )


AXES = Axes(outputs=(0,), inputs=(1,))


@pytest.mark.parametrize(
    ("shape", "axes", "message"),
    [
        (
            (2, -1),
            AXES,
            (
                "w: shape is (2, -1). Needed: lengths of at least 0. "
                "Do: give the global, logical shape."
            ),
        ),
        (
            (2, 2, 3),
            AXES,
            (
                "w: the axes [0, 1] have a meaning in shape (2, 2, 3). Needed: a meaning for every "
                "axis. Do: name each of them among outputs, inputs, window and stacked."
            ),
        ),
        (
            (6, 2),
            Axes(outputs=(0,), inputs=(1,), groups=4),
            (
                "w: axis 0 of shape (6, 2) holds 4 groups. Needed: a length that the groups "
                "divide. Do: check groups and groups_on."
            ),
        ),
        (
            (6, 2),
            Axes(outputs=(0,), inputs=(1,), blocks=Blocks(0, ("q", "k"), (4, 4))),
            (
                "w: blocks of sizes (4, 4) along axis 0 of shape (6, 2). Needed: sizes that add up "
                "to the axis. Do: give the size of every block."
            ),
        ),
        (
            (6, 2),
            Axes(outputs=(0,), inputs=(1,), blocks=Blocks(2, ("q",), (6,))),
            (
                "w: blocks of sizes (6,) along axis 2 of shape (6, 2). Needed: sizes that add up "
                "to the axis. Do: give the size of every block."
            ),
        ),
        (
            (8, 2),
            Axes(outputs=(0,), inputs=(1,), groups=2, blocks=Blocks(0, ("q", "k"), (4, 4))),
            (
                "w: axis 0 of shape (8, 2) holds both blocks and groups. Needed: one of the two. "
                "Do: name the groups as blocks."
            ),
        ),
    ],
)
def test_axes_that_do_not_fit_the_shape_are_refused(
    shape: tuple[int, ...], axes: Axes, message: str
) -> None:
    with pytest.raises(errors.ShapeError) as caught:
        Parameter("w", shape, axes=axes)
    assert str(caught.value) == message
