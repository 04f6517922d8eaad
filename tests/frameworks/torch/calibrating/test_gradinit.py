"""What GradInit promises: a gradient within its bound, and a first step that helps more."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import isometry as iso
from isometry import calibrations
from isometry.frameworks.torch.calibrating.gradinit import FirstStep
from isometry.frameworks.torch.calibrating.subject import subject
from isometry.frameworks.torch.calibrating.trials import Trials, scalable
from tests.frameworks.torch.calibrating.nets import mlp, normal, scaled, seeded

LABELS = torch.arange(64) % 32


def spoiled(factor: float) -> nn.Module:
    """From torch's default to He's rule, and further."""
    return scaled(seeded(lambda: mlp(8)), factor * 6**0.5, 0.0)


def first_step(net: nn.Module, form: str) -> tuple[float, float]:
    """Norm of the gradient, and the loss after a step of length 0.1; written out."""
    weights = list(net.parameters())
    g = torch.autograd.grad(functional.cross_entropy(net(normal(64, 32)), LABELS), weights)
    flat = torch.cat([one.flatten() for one in g])
    norm = flat.norm() if form == "sgd" else flat.abs().sum() / len(flat) ** 0.5
    moves = [one / norm if form == "sgd" else one.sign() / len(flat) ** 0.5 for one in g]
    there = {
        name: (one - 0.1 * move).detach()
        for (name, one), move in zip(net.named_parameters(), moves, strict=True)
    }
    out = torch.func.functional_call(net, there, (normal(64, 32),))
    return float(norm), float(functional.cross_entropy(out, LABELS))


@pytest.mark.parametrize("form", ["sgd", "adam"])
@pytest.mark.parametrize("factor", [0.3, 3.0])
@pytest.mark.parametrize("first_order", [False, True])
def test_the_bound_holds_and_the_first_step_helps_more(
    form: str, factor: float, *, first_order: bool
) -> None:
    net = spoiled(factor)
    _, before = first_step(net, form)
    record = iso.calibrate(
        net, normal(64, 32), "gradinit", loss=LABELS, form=form, first_order=first_order
    )
    norm, after = first_step(net, form)
    assert norm <= 1.0 + 1e-4
    assert after < before - 1e-3
    assert (record.before, record.after) == pytest.approx((before, after), rel=1e-3)


def task(form: calibrations.methods.Form) -> FirstStep:
    given = subject(spoiled(1.0), normal(64, 32), LABELS)
    found, _ = scalable(given, least_dim=1)
    return FirstStep(Trials(given, found, samples=64, seed=0), calibrations.GradInit(form=form))


@pytest.mark.parametrize("form", ["sgd"])
def test_derivatives_by_the_scales_are_those_of_differences(
    form: calibrations.methods.Form,
) -> None:
    one = task(form)
    count = len(one.trials.scaled)

    def after(scales: np.ndarray) -> Tensor:
        weights = one.trials.weights(scales)
        g = one.trials.gradient(one.trials.loss(weights, None), weights, twice=True)
        return one.trials.loss(one._stepped(weights, g, one.norm(g)), None)

    weights = one.trials.weights(np.ones(count))
    g = one.trials.gradient(one.trials.loss(weights, None), weights, twice=True)
    loss = one.trials.loss(one._stepped(weights, g, one.norm(g)), None)
    found = one.trials.by_scale(one.trials.gradient(loss, weights, twice=False))
    h = 1e-2 * np.eye(count)
    differences = [float((after(1 + e) - after(1 - e)).detach()) / 2e-2 for e in h]
    np.testing.assert_allclose(found, differences, rtol=0.05, atol=1e-3)


def test_first_order_derivatives_of_the_norm_are_near_those_of_second_order() -> None:
    one = task("sgd")
    weights = one.trials.weights(np.ones(len(one.trials.scaled)))
    found = []
    for first_order in (False, True):
        method = calibrations.GradInit(first_order=first_order)
        other = FirstStep(one.trials, method)
        g = one.trials.gradient(one.trials.loss(weights, None), weights, twice=not first_order)
        found.append(one.trials.by_scale(other._of_norm(weights, g, other.norm(g), None)))
    exact, near = found
    assert float(exact @ near / np.linalg.norm(exact) / np.linalg.norm(near)) > 0.99
