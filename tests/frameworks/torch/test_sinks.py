"""A tensor on any device gets the same values."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from isometry import plans, schemes, weights
from isometry.frameworks.torch import describe, sinks
from tests.frameworks.torch.models import NORMAL


@pytest.fixture(params=["normal", "orthogonal", "constant"])
def assignment(request: pytest.FixtureRequest) -> plans.Assignment:
    drawn: dict[str, schemes.Scheme] = {
        "normal": NORMAL,
        "orthogonal": schemes.scheme("orthogonal"),
        "constant": schemes.Constant(2.0),
    }
    weight = describe(nn.Linear(7, 5))[0]
    return plans.Assignment(weight, drawn[request.param], "", "")


def test_a_tensor_on_a_device_gets_the_same_values(assignment: plans.Assignment) -> None:
    here, there = torch.zeros(5, 7), torch.zeros(5, 7)
    sinks.put(here, assignment, seed=3)
    read = sinks.put_on_device(there, assignment, seed=3)
    assert torch.equal(here, there)
    assert np.array_equal(read, here.numpy().ravel())


@pytest.mark.parametrize(
    ("runs", "part"),
    [
        ((((1, 3),), ((2, 7),)), lambda whole: whole[1:3, 2:7]),
        (range(6, 16), lambda whole: whole.flatten()[6:16]),
    ],
)
def test_a_shard_on_a_device_gets_the_same_values(
    assignment: plans.Assignment,
    runs: weights.Part,
    part: Callable[[torch.Tensor], torch.Tensor],
) -> None:
    whole = torch.zeros(5, 7)
    sinks.put(whole, assignment, seed=3)
    there = torch.zeros(part(whole).shape)
    sinks.put_on_device(there, assignment, seed=3, runs=runs)
    assert torch.equal(there, part(whole))
