import math

import numpy as np
import pytest
import torch
from torch import nn

import isometry as iso
from isometry.calibrations import Clip
from tests.frameworks.torch.dynamics import nets


def expected(weight: np.ndarray, gradient: np.ndarray, limit: float) -> np.ndarray:
    """Brock et al. 2021, eq. 3, in plain loops."""
    rows = [(0,)] if weight.ndim == 1 else [(i,) for i in range(len(weight))]
    made = gradient.astype(np.float64)
    for (i,) in rows:
        part = slice(None) if weight.ndim == 1 else i
        w = math.sqrt(sum(float(v) ** 2 for v in np.ravel(weight[part])))
        g = math.sqrt(sum(float(v) ** 2 for v in np.ravel(gradient[part])))
        if g / max(w, 1e-3) > limit:
            made[part] = limit * max(w, 1e-3) / g * made[part]
    return made


def clipped(net: nn.Module, x: torch.Tensor, limit: float) -> tuple[dict, dict, list]:  # type: ignore[type-arg]  # plain
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    (net(x) - 1).square().sum().backward()
    before = {
        name: one.grad.clone() for name, one in net.named_parameters() if one.grad is not None
    }
    with iso.dynamic(net, optimizer, Clip(limit=limit), example=x) as kept:
        optimizer.step()
    after = {name: one.grad for name, one in net.named_parameters()}
    return before, after, list(kept.changes)


@pytest.mark.parametrize("conv", [False, True])
@pytest.mark.parametrize("limit", [0.01, 3.0])
def test_gradients_are_those_of_the_formula(*, conv: bool, limit: float) -> None:
    net, x = nets.convolutions() if conv else nets.mlp()
    with torch.no_grad():
        net.get_parameter("0.weight")[0] = 0.0  # shorter than ε
    before, after, _ = clipped(net, x, limit)
    inner = [name for name, _ in net.named_parameters()][:-2]
    for name in inner:
        weight = net.get_parameter(name).detach().numpy()
        wanted = expected(weight, before[name].numpy(), limit)
        np.testing.assert_allclose(after[name].numpy(), wanted, rtol=1e-5, atol=1e-9)


def test_the_last_layer_is_left_alone() -> None:
    net, x = nets.mlp()
    before, after, changes = clipped(net, x, 1e-6)
    assert torch.equal(before["4.weight"], after["4.weight"])
    assert torch.equal(before["4.bias"], after["4.bias"])
    assert [one.path for one in changes] == ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_short_gradients_stay_bit_for_bit() -> None:
    net, x = nets.mlp()
    before, after, changes = clipped(net, x, 1e6)
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert changes == []


def test_one_line_stands_for_many_steps() -> None:
    net, x = nets.mlp()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    with iso.dynamic(net, optimizer, Clip(limit=1e-6), example=x) as kept:
        for _ in range(3):
            nets.step(net, x, optimizer)
    assert [(one.step, one.times) for one in kept.changes] == [(3, 3)] * 4
