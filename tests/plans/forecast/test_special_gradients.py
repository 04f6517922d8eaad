"""Backward rules that few nets need: right on a net that needs them, wrong where another stands."""

import functools
import importlib
import math

import pytest

import isometry as iso
from isometry import plans
from tests.plans.forecast import backpropagating
from tests.plans.forecast.nets import Net
from tests.plans.forecast.special import Special
from tests.plans.forecast.special_gradients import GRADIENTS

SEEDS = 32
PACKAGE = "isometry.plans.forecast"

each = pytest.mark.parametrize("special", GRADIENTS, ids=lambda special: special.net.name)


@functools.cache
def seen(net: Net) -> tuple[plans.Plan, backpropagating.Seen]:
    plan = iso.plan(net.build)
    return plan, backpropagating.seen(net.build(), net.example, plan, SEEDS)


def errors(special: Special) -> dict[str, float]:
    """How far gradients of outputs and weights are off; infinitely where there is no forecast."""
    plan, measured = seen(special.net)
    found = {}
    for layer in plans.forecast(measured.graph, plan).layers:
        made = layer.gradients
        output, weight = (math.inf, math.inf) if made is None else (made.output, made.weight)
        real = backpropagating.rms(measured.step(layer.step))
        found[f"{layer.path} output"] = abs(output / real - 1)
        found[layer.path] = abs(weight / backpropagating.rms(measured.weight(layer.path)) - 1)
    return found


def worst(special: Special) -> float:
    return max(errors(special).values())


@each
def test_the_rule_meets_autograd(special: Special) -> None:
    assert worst(special) < special.net.within


@each
def test_another_rule_does_not(special: Special, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(special.net)
    file, name = special.wrong.split(".")
    monkeypatch.setattr(importlib.import_module(f"{PACKAGE}.{file}"), name, special.instead)
    assert worst(special) > special.net.within
