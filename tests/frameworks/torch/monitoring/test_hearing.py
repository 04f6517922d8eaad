"""What is taken for a layer's activation, and whose sizes a module's output gives."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers.activations import ACT2FN

import isometry as iso
from isometry.measurements import Capture, LayerCapture


class Around(nn.Module):
    """A layer of four units, two of them far on the negative side, and something behind it."""

    def __init__(self, behind: object) -> None:
        super().__init__()
        self.one, self.behind, self.two = nn.Linear(4, 4), behind, nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.two(self.behind(self.one(x)))  # type: ignore[no-any-return,operator]  # torch


def by_hand(x: Tensor) -> Tensor:
    return 0.5 * x * (1 + torch.tanh(0.8 * (x + 0.045 * torch.pow(x, 3))))


def normed(x: Tensor) -> Tensor:
    return functional.relu(functional.layer_norm(x, (4,)) - 50)


def heard(model: nn.Module, x: Tensor) -> dict[str, LayerCapture]:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with iso.Monitor(model) as monitor:
        found = model(x)
        loss = (found if isinstance(found, Tensor) else found[0]).square().mean()
        loss.backward()
        optimizer.step()
        made = monitor.step(loss)
    assert made is not None
    return {one.path: one for one in made.layers}


def around(behind: object) -> LayerCapture:
    model = Around(behind)
    iso.initialize(model, recipe="he", seed=0)
    with torch.no_grad():
        model.one.bias[:2] = -50.0
    return heard(model, torch.randn(16, 4, generator=torch.Generator().manual_seed(0)))[
        "one.weight"
    ]


@pytest.mark.parametrize("name", ["gelu_new", "gelu_pytorch_tanh", "quick_gelu", "gelu_fast"])
def test_a_formula_of_several_functions_is_one_activation(name: str) -> None:
    row = around(ACT2FN[name])
    assert (row.units, row.dead, row.saturated) == (4, 2, 0.0)


def test_a_function_inside_a_formula_is_not_taken_for_the_activation() -> None:
    row = around(by_hand)
    assert row.units == 0
    assert math.isnan(row.saturated)


def test_the_same_function_alone_is() -> None:
    row = around(torch.tanh)
    assert (row.units, row.dead) == (4, 2)
    assert row.saturated >= 0.5


def test_an_activation_behind_a_norm_counts() -> None:
    row = around(normed)
    assert (row.units, row.dead) == (4, 4)


def test_an_output_is_that_of_the_last_weight_of_a_cell() -> None:
    cell = nn.LSTM(4, 5, num_layers=2)
    x = torch.randn(7, 3, 4, generator=torch.Generator().manual_seed(0))
    rows = heard(cell, x)
    seen = {path for path, row in rows.items() if not math.isnan(row.act_std)}
    assert seen == {"weight_hh_l1"}
    assert all(row.update_norm > 0 for row in rows.values())
    assert len(rows) == 4


def two_forwards(model: Around, first: Tensor, last: Tensor, *, evaluating: bool) -> LayerCapture:
    """One step, before whose last forward there is another: a validation, or more to train on."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with iso.Monitor(model) as monitor:
        with torch.set_grad_enabled(not evaluating):
            model.train(not evaluating)(first)
        model.train()(last).square().mean().backward()
        optimizer.step()
        made: Capture | None = monitor.step()
    assert made is not None
    row: LayerCapture = made.layers[0]
    return row


@pytest.mark.parametrize("evaluating", [True, False])
def test_units_are_those_of_the_last_batch(*, evaluating: bool) -> None:
    """Behind the sign of the input, half of the units are dead: others for the other batch."""
    model = Around(torch.relu)
    with torch.no_grad():
        model.one.weight.copy_(torch.diag(torch.tensor([1.0, -1.0, -1.0, -1.0])))
        model.one.bias.zero_()
    ones = torch.ones(8, 4)
    assert two_forwards(model, ones, -ones, evaluating=evaluating).dead == 1
    assert two_forwards(model, -ones, ones, evaluating=evaluating).dead == 3


def test_a_validation_is_not_heard() -> None:
    model = Around(torch.relu)
    with iso.Monitor(model) as monitor:
        with torch.no_grad():
            model.eval()(torch.ones(8, 4))
        made: Capture | None = monitor.step()
    assert made is not None
    assert (made.layers[0].units, math.isnan(made.layers[0].act_std)) == (0, True)


def test_a_validation_in_the_mode_of_training_is_told_from_none() -> None:
    """The control: the same forward is heard where nothing says that it is a validation."""
    model = Around(torch.relu)
    with iso.Monitor(model) as monitor:
        model(torch.ones(8, 4))
        made: Capture | None = monitor.step()
    assert made is not None
    assert made.layers[0].units == 4


def test_an_activation_before_the_first_layer_is_not_behind_the_last_one() -> None:
    model = nn.Sequential(nn.Tanh(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1))
    with iso.Monitor(model) as monitor:
        model(torch.ones(8, 4))
        model(torch.ones(8, 4))
        made: Capture | None = monitor.step()
    assert made is not None
    assert {one.path: one.units for one in made.layers} == {"1.weight": 4, "3.weight": 0}
