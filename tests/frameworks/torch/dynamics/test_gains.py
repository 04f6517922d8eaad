import itertools

import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from isometry.calibrations import Change, Gain
from tests.frameworks.torch.dynamics import nets


def stack() -> tuple[nn.Module, Tensor]:
    """Five layers whose gains are far from 1."""
    widths = (16, 32, 32, 32, 32, 4)
    layers = [
        layer
        for before, after in itertools.pairwise(widths)
        for layer in (nn.Linear(before, after), nn.ReLU())
    ][:-1]
    net, x = nets.started(nn.Sequential(*layers), nets.normal(64, 16), 0)
    with torch.no_grad():
        for layer, factor in zip(
            net.children(), (3.0, 1.0, 0.2, 1.0, 5.0, 1.0, 0.5, 1.0, 1.0), strict=True
        ):
            for one in layer.parameters():
                one.mul_(factor)
    return net, x


def gains(net: nn.Module, x: Tensor) -> list[float]:
    """Mean squares behind each activation over those before its layer."""
    sizes = [float(x.square().mean())]
    with torch.no_grad():
        for layer in net.children():
            x = layer(x)
            sizes += [float(x.square().mean())] if isinstance(layer, nn.ReLU) else []
    return [after / before for before, after in itertools.pairwise(sizes)]


def run(net: nn.Module, x: Tensor, part: Gain, steps: int = 60) -> tuple[Change, ...]:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    with iso.dynamic(net, optimizer, part, example=x) as kept:
        for _ in range(steps):
            nets.step(net, x, optimizer)
    changes: tuple[Change, ...] = kept.changes
    return changes


def test_gains_reach_the_target_and_the_function_stays() -> None:
    net, x = stack()
    before = net(x).detach()
    assert max(gains(net, x)) > 5
    changes = run(net, x, Gain(steps=60, target=0.8))
    torch.testing.assert_close(gains(net, x), [0.8] * 4, rtol=0.02, atol=0.0)
    assert float((net(x).detach() - before).abs().max() / before.abs().max()) < 1e-5
    assert max(one.difference for one in changes) < 1e-5


def test_without_compensation_gains_reach_the_target_and_the_function_does_not_stay() -> None:
    net, x = stack()
    for one in net.children():
        one.register_parameter("bias", None) if isinstance(one, nn.Linear) else None
    before = net(x).detach()
    run(net, x, Gain(steps=60, compensate=False))
    torch.testing.assert_close(gains(net, x), [1.0] * 4, rtol=1e-3, atol=0.0)
    assert float((net(x).detach() - before).abs().max() / before.abs().max()) > 0.1


def test_one_step_goes_the_part_that_the_formula_says() -> None:
    """``log r`` goes ``2κ`` of the way where only one layer is moved."""
    net, x = nets.started(
        nn.Sequential(nn.Linear(6, 9), nn.ReLU(), nn.Linear(9, 2)), nets.normal(8, 6), 0
    )
    (first,) = gains(net, x)
    run(net, x, Gain(steps=1, kappa=0.05))
    (second,) = gains(net, x)
    assert second == pytest.approx(first ** (1 - 0.1), rel=1e-5)


def test_it_stops_after_its_steps() -> None:
    net, x = stack()
    assert max(one.step for one in run(net, x, Gain(steps=3), steps=6)) == 3


@pytest.mark.parametrize("activation", [nn.GELU(), nn.Tanh()])
def test_what_is_not_homogeneous_is_left_out(activation: nn.Module) -> None:
    net, x = nets.mlp(activation)
    before = iso.fingerprint(net)
    assert run(net, x, Gain(), steps=2) == ()
    assert iso.fingerprint(net) == before
