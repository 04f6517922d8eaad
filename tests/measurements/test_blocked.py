"""Zeros and what they hold back, told from real nets whose truth is known."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from isometry.measurements import Measurement

X = torch.randn(8, 6, generator=torch.Generator().manual_seed(0))


def measured(model: nn.Module) -> Measurement:
    return iso.diagnose(model, X).measurement


def places(found: Measurement) -> dict[str, tuple[str, bool]]:
    return {one.path: (one.place, one.reached) for one in found.zeros}


def states(found: Measurement) -> dict[str, str]:
    return {one.path: one.state for one in found.unreached}


class Branch(nn.Module):
    """A stream with one branch of two layers, combined as it is told."""

    def __init__(self, join: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(6, 6), nn.Linear(6, 6, bias=False)
        self.head = nn.Linear(6, 3)
        self.join = join

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(self.join(x, self.last(torch.tanh(self.first(x)))))
        return out


def add(x: Tensor, y: Tensor) -> Tensor:
    return x + y


def gate(x: Tensor, y: Tensor) -> Tensor:
    return x * torch.sigmoid(y)


def replace(_: Tensor, y: Tensor) -> Tensor:
    return y


@pytest.mark.parametrize(
    ("join", "place", "after"),
    [(add, "beside", set()), (gate, "beside", set()), (replace, "through", {"head.weight"})],
)
def test_zeros_are_placed_by_what_goes_around_them(
    join: Callable[[Tensor, Tensor], Tensor], place: str, after: set[str]
) -> None:
    model = Branch(join)
    nn.init.zeros_(model.last.weight)
    found = measured(model)
    assert places(found) == {"last.weight": (place, True)}
    assert states(found) == dict.fromkeys({"first.weight", "first.bias"} | after, "held")
    assert found.unreached[0].by == ("last.weight",)


def test_a_head_of_zeros_stands_at_the_output() -> None:
    model = Branch(add)
    nn.init.zeros_(model.head.weight)
    found = measured(model)
    assert places(found) == {"head.weight": ("output", True)}
    assert {*states(found).values()} == {"held"}


def test_a_zero_bias_is_none_of_them() -> None:
    model = Branch(add)
    nn.init.zeros_(model.first.bias)
    assert measured(model).zeros == ()


def test_two_zeros_in_series_are_stuck() -> None:
    one, two = nn.Linear(6, 6, bias=False), nn.Linear(6, 6, bias=False)
    nn.init.zeros_(one.weight)
    nn.init.zeros_(two.weight)
    found = measured(nn.Sequential(one, two, nn.Linear(6, 3)))
    assert states(found) == {"0.weight": "stuck", "1.weight": "stuck", "2.weight": "stuck"}
    assert not any(one.reached for one in found.zeros)


def test_one_zero_of_two_factors_is_held_and_not_stuck() -> None:
    model = Branch(add)
    model.first = nn.Linear(6, 6, bias=False)
    nn.init.zeros_(model.last.weight)
    assert states(measured(model)) == {"first.weight": "held"}


def test_zeros_that_open_one_after_the_other_are_held() -> None:
    """A scale of zero behind a branch that ends in a zero of its own is opened by no step."""

    class Scaled(Branch):
        def __init__(self) -> None:
            super().__init__(add)
            self.scale = nn.Parameter(torch.zeros(6))

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.head(x + self.scale * self.last(torch.tanh(self.first(x))))
            return out

    model = Scaled()
    assert {*states(measured(model)).values()} == {"held"}
    nn.init.zeros_(model.last.weight)
    assert {*states(measured(model)).values()} == {"stuck"}


def test_a_scale_of_one_plus_zero_is_not_zero() -> None:
    class Shifted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale, self.head = nn.Parameter(torch.zeros(6)), nn.Linear(6, 3)

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.head(x * (1 + self.scale))
            return out

    assert measured(Shifted()).zeros == ()


def test_what_no_output_depends_on_is_detached() -> None:
    class Cut(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.head = nn.Linear(6, 6, bias=False), nn.Linear(6, 3)

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.head(self.one(x).detach())
            return out

    assert states(measured(Cut())) == {"one.weight": "detached"}


def test_units_without_slope_stop_a_gradient() -> None:
    first = nn.Linear(6, 6, bias=False)
    nn.init.uniform_(first.weight, -1.0, -0.5)
    model = nn.Sequential(first, nn.ReLU(), nn.Linear(6, 3, bias=False))
    found = iso.diagnose(model, X.abs()).measurement
    assert states(found) == {"0.weight": "stopped", "2.weight": "stopped"}


def test_queries_of_zeros_hold_back_keys_and_not_values() -> None:
    class Attended(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.q, self.k = nn.Linear(6, 6, bias=False), nn.Linear(6, 6, bias=False)
            self.v = nn.Linear(6, 6, bias=False)
            nn.init.zeros_(self.q.weight)

        def forward(self, x: Tensor) -> Tensor:
            q, k, v = (one(x)[None, None] for one in (self.q, self.k, self.v))
            return nn.functional.scaled_dot_product_attention(q, k, v)

    found = measured(Attended())
    assert places(found) == {"q.weight": ("beside", True)}
    assert states(found) == {"k.weight": "held"}
