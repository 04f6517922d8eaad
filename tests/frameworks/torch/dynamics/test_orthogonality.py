import pytest
import torch
from torch import nn

import isometry as iso
from isometry import schemes
from isometry.calibrations import Orthogonal
from isometry.frameworks.torch.dynamics.orthogonality import orthogonalised
from tests.frameworks.torch.dynamics import nets


@pytest.mark.parametrize("shape", [(8, 8), (12, 5), (5, 12)])
@pytest.mark.parametrize("size", [0.3, 1.0, 40.0])
def test_it_converges_to_the_polar_factor(shape: tuple[int, int], size: float) -> None:
    x = nets.normal(*shape, seed=1).double()
    u, _, v = torch.linalg.svd(x, full_matrices=False)
    torch.testing.assert_close(orthogonalised(size * x, 60), u @ v, rtol=0.0, atol=1e-8)


def test_it_does_not_converge_without_the_scaling() -> None:
    """The control: beyond √3 the bare formula runs away."""
    x = torch.diag(torch.tensor([0.5, 2.5], dtype=torch.float64))
    for _ in range(10):
        x = 1.5 * x - 0.5 * x @ x.T @ x
    assert not float((x - torch.eye(2)).abs().max()) < 1.0


def test_one_iteration_squares_the_error() -> None:
    x = torch.eye(4, dtype=torch.float64) * 1.01
    moved = float((orthogonalised(x, 1) - torch.eye(4)).abs().max())
    assert moved == pytest.approx(1.5 * 0.01**2, rel=0.02)


def test_only_weights_that_are_planned_orthogonal_are_led_back() -> None:
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.Tanh(), nn.Flatten(), nn.Linear(8, 6), nn.Linear(6, 2)
    )
    x = nets.normal(4, 3, 3, 3)
    plan = iso.plan(net, x, recipe="he")
    for path in ("0.weight", "3.weight"):
        plan = plan.replace(path, schemes.Orthogonal(gain=1.5))
    iso.apply(plan, net, seed=0)
    wanted = {path: net.get_parameter(path).detach().clone() for path in ("0.weight", "3.weight")}
    with torch.no_grad():
        for one in net.parameters():
            one.mul_(1.2)
    last = net.get_parameter("4.weight").detach().clone()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    with iso.dynamic(net, optimizer, Orthogonal(every=1), example=x, plan=plan) as kept:
        nets.step(net, x, optimizer)
    assert [one.path for one in kept.changes] == ["0.weight", "3.weight"]
    assert torch.equal(net.get_parameter("4.weight"), last)
    for path, value in wanted.items():
        torch.testing.assert_close(net.get_parameter(path).detach(), value, rtol=1e-4, atol=1e-5)


def test_globs_choose_others() -> None:
    net, x = nets.mlp()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    part = Orthogonal(every=1, iterations=30, select=("2.*",))
    with iso.dynamic(net, optimizer, part, example=x, plan=iso.plan(net, x, recipe="he")) as kept:
        nets.step(net, x, optimizer)
    assert [one.path for one in kept.changes] == ["2.weight"]
    values = torch.linalg.svdvals(net.get_parameter("2.weight").detach())
    torch.testing.assert_close(values, values.mean().expand(12), rtol=1e-4, atol=0.0)
