"""The forecast against real forwards: right within its tolerance, and a wrong plan is noticed."""

import math
from functools import cache

import pytest
import torch
from torch import nn

import isometry as iso
from isometry import errors, plans, schemes
from isometry.frameworks.torch.tracing import capture
from tests.plans.forecast import measuring
from tests.plans.forecast.nets import NETS, Net, noise, perceptron

SEEDS = 12
WRONG = 1.25
"""By how much a plan is off that must be noticed."""


@cache
def seen(net: Net) -> tuple[plans.Plan, measuring.Measured]:
    plan = iso.plan(net.build)
    return plan, measuring.measured(net.build(), net.example, plan, SEEDS)


def worst(net: Net, plan: plans.Plan) -> float:
    measured = seen(net)[1]
    layers = plans.forecast(measured.graph, plan).layers
    return max(abs(layer.rms / measured.rms(layer.step) - 1) for layer in layers)


def widened(plan: plans.Plan) -> plans.Plan:
    """The plan with every drawn matrix wider by a quarter."""
    for one in plan:
        stated = one.scheme.moments(one.parameter) if one.scheme else None
        drawn = stated is not None and stated.std > 0 and len(one.parameter.shape) > 1
        wider = schemes.Normal(std=WRONG * stated.std) if drawn and stated else one.scheme
        plan = plan.replace(one.parameter.path, wider)
    return plan


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.name)
def test_a_forecast_meets_real_forwards(net: Net) -> None:
    assert worst(net, seen(net)[0]) < net.within


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.name)
def test_the_forecast_of_another_plan_does_not(net: Net) -> None:
    assert worst(net, widened(seen(net)[0])) > net.within


def inside(net: Net) -> list[bool]:
    plan, measured = seen(net)
    layers = plans.forecast(measured.graph, plan).layers
    rms = [(one, math.sqrt(draw[one.step])) for draw in measured.draws for one in layers]
    return [one.low <= value <= one.high for one, value in rms]


def test_one_draw_falls_into_the_band_in_95_of_100_layers() -> None:
    found = [one for net in NETS for one in inside(net)]
    assert sum(found) / len(found) >= 0.95


def test_a_band_of_wide_layers_is_narrow_enough_to_tell_plans_apart() -> None:
    plan, measured = seen(NETS[0])
    first = plans.forecast(measured.graph, plan).layers[0]
    assert first.high / first.low < WRONG


def test_deep_tanh_of_large_biases_makes_samples_indistinguishable() -> None:
    model = perceptron(nn.Tanh)
    plan = iso.plan(model, recipe={r".*weight": schemes.Normal(std=0.02), r".*": schemes.Normal()})
    graph = capture(model, torch.zeros(4, 256))
    alike = plans.forecast(graph, plan).indistinguishable
    assert alike is not None
    assert alike.path == "4.weight"


def test_chi_of_he_initialized_relu_is_one() -> None:
    model = perceptron(nn.ReLU)
    graph = capture(model, noise(4, 256)(0))
    assert plans.forecast(graph, iso.plan(model, recipe="he")).chi == pytest.approx(1.0, abs=1e-3)


def test_batch_norms_pass_their_input_on_when_they_use_kept_statistics() -> None:
    model = nn.Sequential(nn.Linear(64, 64, bias=False), nn.BatchNorm1d(64), nn.Linear(64, 64))
    graph, plan = capture(model, torch.zeros(32, 64)), iso.plan(model, recipe="lecun")
    kept = plans.Conditions(batch_statistics=False)
    plan = plan.replace("0.weight", schemes.Normal(std=3 / 8))
    assert plans.forecast(graph, plan).layers[1].rms == pytest.approx(1.0, rel=0.01)
    assert plans.forecast(graph, plan, conditions=kept).layers[1].rms == pytest.approx(3, rel=0.01)


class Strange(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.map = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.as_tensor(self.map(torch.linalg.matrix_exp(x)))


def test_what_has_no_rule_is_named() -> None:
    model = Strange()
    forecast = plans.forecast(capture(model, torch.zeros(8, 8)), iso.plan(model))
    assert forecast.notes == (
        "linalg_matrix_exp in the model has no rule: its values go on as before it",
    )


def test_a_plan_of_another_model_is_refused() -> None:
    graph = capture(nn.Linear(4, 4), torch.zeros(2, 4))
    with pytest.raises(errors.UnknownNameError, match="the plan has no such tensor"):
        plans.forecast(graph, iso.plan(perceptron(nn.ReLU)))


class Doubled(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 2 * x


def test_a_parametrization_without_a_rule_is_named() -> None:
    def build() -> nn.Module:
        model = nn.Linear(8, 8)
        nn.utils.parametrize.register_parametrization(model, "weight", Doubled())
        return model

    notes = plans.forecast(capture(build(), torch.zeros(2, 8)), iso.plan(build)).notes
    assert notes[0] == (
        "parametrizations.weight.original is parametrized: taken for the weight that the plan fills"
    )


def test_spectral_norm_has_a_rule_and_no_note() -> None:
    def build() -> nn.Module:
        return nn.utils.parametrizations.spectral_norm(nn.Linear(8, 8))

    assert not plans.forecast(capture(build(), torch.zeros(2, 8)), iso.plan(build)).notes
