"""Every model of the zoo, read, and held against its hand-written truth."""

from dataclasses import replace

import pytest

from isometry import graphs
from isometry.frameworks.torch.tracing import capture
from tests.zoo import ZOO, Model
from tests.zoo.scoring import Score, score

BY_NAME = {model.name: model for model in ZOO}


def scored(model: Model) -> Score:
    net = model.build()
    return score(model, net, graphs.read(capture(net, model.example())))


@pytest.mark.parametrize("model", ZOO, ids=lambda model: model.name)
def test_every_weight_is_right_in_every_field(model: Model) -> None:
    assert scored(model).wrong == ()


def test_the_zoo_is_large() -> None:
    assert len(BY_NAME) == len(ZOO) >= 75


TOLD = "2.weight  linear  tanh   tanh    -"


def test_a_row_of_the_truth_is_as_the_next_tests_take_it() -> None:
    assert TOLD in BY_NAME["mlp-tanh"].truth


@pytest.mark.parametrize(
    "untrue",
    [
        "2.weight  conv    tanh   tanh    -  16>16",
        "2.weight  linear  relu   tanh    -",
        "2.weight  linear  tanh   output  -",
        "2.weight  linear  tanh   tanh    B",
        "2.weight  linear  tanh   tanh    -  16>9",
        "2.weight  linear  tanh   tanh    -  x2",
    ],
)
def test_an_untrue_row_is_found(untrue: str) -> None:
    model = BY_NAME["mlp-tanh"]
    truth = model.truth.replace(TOLD, untrue)
    assert len(scored(replace(model, truth=truth)).wrong) == 1


def test_a_missing_join_is_found() -> None:
    assert len(scored(replace(BY_NAME["mlp-tanh"], streams=(1,))).wrong) == 1


def test_a_weight_without_truth_is_found() -> None:
    model = BY_NAME["mlp-tanh"]
    truth = "\n".join(model.truth.strip().splitlines()[1:])
    assert scored(replace(model, truth=truth)).wrong == (
        "0.weight: no weight, read as 1 x linear 8>16 input -> tanh -",
        "0.weight: no truth",
    )


def test_a_place_along_a_stream_is_compared_where_the_truth_tells_it() -> None:
    model = BY_NAME["skip-init"]
    truth = model.truth.replace("B1/3", "B2/3")
    assert len(scored(replace(model, truth=truth)).wrong) == 1
