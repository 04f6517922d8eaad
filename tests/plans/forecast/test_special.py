"""Rules that few nets need: right on a net that needs them, and wrong where another rule stands."""

import functools
import importlib

import pytest

import isometry as iso
from isometry import plans
from tests.plans.forecast import measuring
from tests.plans.forecast.special import SPECIAL, Special

SEEDS = 16
PACKAGE = "isometry.plans.forecast"

each = pytest.mark.parametrize("special", SPECIAL, ids=lambda special: special.net.name)


@functools.cache
def seen(special: Special) -> tuple[plans.Plan, measuring.Measured]:
    plan = iso.plan(special.net.build)
    return plan, measuring.measured(special.net.build(), special.net.example, plan, SEEDS)


def worst(special: Special) -> float:
    plan, measured = seen(special)
    layers = plans.forecast(measured.graph, plan).layers
    return max(abs(layer.rms / measured.rms(layer.step) - 1) for layer in layers)


@each
def test_the_rule_meets_real_forwards(special: Special) -> None:
    assert worst(special) < special.net.within


@each
def test_another_rule_does_not(special: Special, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(special)
    file, *owners, name = special.wrong.split(".")
    owner = functools.reduce(getattr, owners, importlib.import_module(f"{PACKAGE}.{file}"))
    monkeypatch.setattr(owner, name, special.instead)
    assert worst(special) > special.net.within
