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


@pytest.mark.parametrize(
    ("told", "untrue"),
    [
        ("0.weight  linear  input", "0.weight  conv    input"),
        ("2.weight  linear  tanh ", "2.weight  linear  relu "),
        ("tanh    output", "tanh    tanh"),
        ("2.weight  linear  tanh   tanh    -", "2.weight  linear  tanh   tanh    B"),
        ("tanh    tanh    -", "tanh    tanh    -  9>9"),
        ("tanh    tanh    -", "tanh    tanh    -  x2"),
    ],
)
def test_an_untrue_truth_is_found(told: str, untrue: str) -> None:
    model = BY_NAME["mlp-tanh"]
    assert len(scored(replace(model, truth=model.truth.replace(told, untrue))).wrong) == 1


def test_a_missing_join_is_found() -> None:
    assert len(scored(replace(BY_NAME["mlp-tanh"], streams=(1,))).wrong) == 1


def test_a_weight_without_truth_is_found() -> None:
    model = BY_NAME["mlp-tanh"]
    truth = "\n".join(model.truth.strip().splitlines()[1:])
    assert scored(replace(model, truth=truth)).wrong == (
        "0.weight: no weight, read as 1 x linear 8>16 input -> tanh -",
    )


def test_a_place_along_a_stream_is_compared_where_the_truth_tells_it() -> None:
    model = BY_NAME["skip-init"]
    truth = model.truth.replace("B1/3", "B2/3")
    assert len(scored(replace(model, truth=truth)).wrong) == 1
