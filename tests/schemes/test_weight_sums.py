"""Biases that follow from their weight: exact sums, whole or in part, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from isometry import errors, plans, schemes, weights
from isometry.plans import Assignment
from tests.schemes.drawing import values
from tests.schemes.shapes import bias, conv_transpose, dense, experts, grouped

FILL = schemes.Normal(std=0.3)


def test_sums_of_rows() -> None:
    weight = dense(5, 7)
    sums = values(FILL, weight).astype(np.float64).sum(1)
    found = values(schemes.WeightSums(weight, FILL, factor=-2.0, shift=0.5), bias(5))
    assert found == pytest.approx(0.5 - 2.0 * sums, rel=1e-6)


def test_sums_of_groups_and_taps() -> None:
    weight = grouped(6, 4, 2, 3)
    sums = values(FILL, weight).astype(np.float64).sum((1, 2))
    assert values(schemes.WeightSums(weight, FILL, 1.0), bias(6)) == pytest.approx(sums, rel=1e-6)


def test_sums_of_a_transposed_kernel() -> None:
    weight = conv_transpose(4, 6, 3, 2)
    sums = values(FILL, weight).astype(np.float64).sum((0, 2, 3))
    assert values(schemes.WeightSums(weight, FILL, 1.0), bias(6)) == pytest.approx(sums, rel=1e-6)


def test_a_part_is_that_part_of_the_whole() -> None:
    scheme = schemes.WeightSums(dense(9, 7), schemes.Orthogonal(), factor=1.0)
    fill = Assignment(bias(9), scheme, "", "")
    whole = weights.values(fill, 3)
    assert (weights.values(fill, 3, runs=[[(2, 6)]]) == whole[2:6]).all()
    assert (weights.values(fill, 3, runs=range(1, 4)) == whole[1:4]).all()


def test_the_sums_are_those_of_the_weight_that_is_written() -> None:
    weight = dense(9, 7)
    scheme = schemes.WeightSums(weight, schemes.Orthogonal(), factor=1.0)
    written = weights.values(Assignment(weight, schemes.Orthogonal(), "", ""), 3)
    found = weights.values(Assignment(bias(9), scheme, "", ""), 3)
    assert found == pytest.approx(written.astype(np.float64).sum(1), rel=1e-6)
    assert found != pytest.approx(weights.values(Assignment(bias(9), scheme, "", ""), 4), rel=0.1)


def test_a_description_keeps_only_what_is_needed() -> None:
    one = schemes.WeightSums(dense(5, 7), FILL, 1.0)
    assert one.weight.role == "free"
    assert schemes.from_json(schemes.to_json(one)) == one


def test_a_bias_of_another_size() -> None:
    with pytest.raises(errors.ShapeError) as caught:
        schemes.WeightSums(dense(5, 7), FILL, 1.0).draw(bias(4))
    assert str(caught.value) == (
        "fc.bias: weight_sums was asked to fill shape (4,) beside 5 outputs of fc.weight. Needed: "
        "one number for each output of the weight. Do: use it for the bias of that weight."
    )


def test_a_bias_of_a_bias() -> None:
    inner = schemes.WeightSums(dense(5, 5), FILL, 1.0)
    with pytest.raises(errors.ShapeError):
        schemes.WeightSums(dense(5, 5), inner, 1.0).draw(bias(5))


def test_a_weight_that_follows_another() -> None:
    column = dense(5, 1)
    inner = schemes.WeightSums(dense(5, 5), FILL, 1.0)
    with pytest.raises(errors.InputError) as caught:
        schemes.WeightSums(column, inner, 1.0).draw(bias(5))
    assert str(caught.value) == (
        "fc.bias: the bias follows fc.weight, which follows fc.weight. Needed: a weight that is "
        "drawn from random words of its own. Do: choose another scheme for the weight."
    )


def test_what_follows_cannot_be_reordered() -> None:
    scheme = schemes.Permuted(schemes.WeightSums(dense(5, 7), FILL, 1.0))
    with pytest.raises(errors.InputError) as caught:
        values(scheme, bias(5))
    assert str(caught.value) == (
        "values that follow from fc.weight were to be reordered or centred. Needed: a scheme whose "
        "values come from its own tensor's random words. Do: wrap the scheme of the weight instead."
    )


def test_whole_numbers_are_refused() -> None:
    scheme = schemes.WeightSums(dense(5, 7), FILL, 1.0)
    whole = plans.Assignment(replace(bias(5), dtype="int64"), scheme, "", "")
    with pytest.raises(errors.DtypeError):
        whole.check()
    with pytest.raises(errors.DtypeError):
        weights.write(np.zeros(5, np.int64), whole, 0)


def test_a_description_that_is_none() -> None:
    data = schemes.to_json(schemes.WeightSums(dense(5, 7), FILL, 1.0))
    with pytest.raises(errors.InputError, match="Needed: a tensor's description"):
        schemes.from_json(data | {"weight": {"path": "w"}})
    with pytest.raises(errors.InputError, match="Needed: a tensor's description"):
        schemes.from_json(data | {"weight": 3})


def test_experts_have_a_bias_each() -> None:
    weight = experts(2, 3, 4)
    found = values(schemes.WeightSums(weight, FILL, 1.0), bias(8))
    assert found == pytest.approx(values(FILL, weight).astype(np.float64).sum(1).ravel(), rel=1e-6)
