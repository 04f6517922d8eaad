"""Which models a factor can be moved through."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from isometry import graphs
from isometry.calibrations.chains import chain
from isometry.frameworks.torch import graph


class Skip(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        y = self.one(x)
        z: Tensor = y + self.two(torch.relu(y))
        return z


def twice() -> nn.Module:
    layer = nn.Linear(4, 4)
    return nn.Sequential(layer, nn.ReLU(), layer)


def reason(net: nn.Module, shape: tuple[int, ...] = (2, 4)) -> str:
    found = graph(net, torch.zeros(shape))
    return chain(found, graphs.read(found).uses)


def test_a_plain_stack_is_one() -> None:
    layers = (nn.Linear(4, 4), nn.LeakyReLU(0.1), nn.Dropout(), nn.Linear(4, 4))
    assert reason(nn.Sequential(*layers)) == ""


def test_a_stack_of_convolutions_is_one() -> None:
    pool = (nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
    net = nn.Sequential(nn.Conv2d(1, 2, 3), *pool, nn.Linear(2, 3))
    assert reason(net, (2, 1, 4, 4)) == ""


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: nn.Linear(4, 4), "there are no two layers"),
        (
            lambda: nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4)),
            "between 0.weight and 2.weight: tanh is not positively homogeneous",
        ),
        (twice, "0.weight is used more than once or computed from several tensors"),
        (Skip, "between one.weight and two.weight: they are no plain stack"),
    ],
)
def test_others_are_none(make: Callable[[], nn.Module], why: str) -> None:
    assert reason(make()) == why
