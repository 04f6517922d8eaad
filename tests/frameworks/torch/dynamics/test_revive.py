import pytest
import torch
from torch import nn

import isometry as iso
from isometry.torch import revive

DEAD = 5


def made(*, conv: bool = False) -> tuple[nn.Module, torch.Tensor]:
    """A net whose first layer has five dead units."""
    net: nn.Module = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2))
    shape: tuple[int, ...] = (64, 6)
    if conv:
        net = nn.Sequential(nn.Conv2d(3, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))
        shape = (64, 3, 4, 4)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    iso.initialize(net, x, recipe="he", seed=0)
    with torch.no_grad():
        net.get_parameter("0.bias")[:DEAD] = -100.0
    return net, x


def step(net: nn.Module, x: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad()
    (net(x) - 1).square().mean().backward()
    optimizer.step()


@pytest.mark.parametrize("conv", [False, True])
def test_the_outputs_stay_and_units_live(*, conv: bool) -> None:
    net, x = made(conv=conv)
    before = net(x).detach()
    done = revive(net, x, iso.plan(net, x, recipe="he"), seed=1)
    assert done == {"0.weight": DEAD}
    assert torch.equal(net(x), before)
    assert iso.diagnose(net, x).measurement.activations[0].dead == 0


def test_living_units_are_not_touched() -> None:
    net, x = made()
    before = net.get_parameter("0.weight").detach().clone()
    revive(net, x, iso.plan(net, x, recipe="he"), seed=1)
    changed = (net.get_parameter("0.weight") != before).any(1)
    assert changed.tolist() == [True] * DEAD + [False] * 11


def test_revived_units_train() -> None:
    net, x = made()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    plan = iso.plan(net, x, recipe="he")
    step(net, x, optimizer)
    revive(net, x, plan, optimizer, seed=1)
    fresh = net.get_parameter("0.weight").detach().clone()[:DEAD]
    for _ in range(3):
        step(net, x, optimizer)
    moved = (net.get_parameter("0.weight")[:DEAD] - fresh).norm(dim=1)
    assert moved.min() > 0


def test_the_memory_of_revived_units_is_cleared() -> None:
    net, x = made()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-4)
    step(net, x, optimizer)
    for weight in net.parameters():
        optimizer.state[weight]["exp_avg"].fill_(1.0)
    revive(net, x, iso.plan(net, x, recipe="he"), optimizer, seed=1)
    kept = {name: optimizer.state[one]["exp_avg"] for name, one in net.named_parameters()}
    assert kept["0.weight"].sum(1).tolist() == [0.0] * DEAD + [6.0] * 11
    assert kept["0.bias"].tolist() == [0.0] * DEAD + [1.0] * 11
    assert kept["2.weight"].sum(0).tolist() == [0.0] * DEAD + [2.0] * 11
    assert kept["2.bias"].tolist() == [1.0, 1.0]


def test_a_greater_tau_finds_more() -> None:
    """The mean score of the eleven others is 16/11, and one of them lies below."""
    net, x = made()
    done = revive(net, x, iso.plan(net, x, recipe="he"), tau=16 / 11, seed=1)
    assert done["0.weight"] > DEAD


@pytest.mark.parametrize("conv", [False, True])
def test_revived_units_stay_alive_and_the_loss_falls(*, conv: bool) -> None:
    net, x = made(conv=conv)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    revive(net, x, iso.plan(net, x, recipe="he"), optimizer, seed=1)
    losses = []
    for _ in range(20):
        losses.append(float((net(x) - 1).square().mean().detach()))
        step(net, x, optimizer)
    assert losses[-1] < 0.5 * losses[0]
    assert iso.diagnose(net, x).measurement.activations[0].dead == 0
    outgoing = net.get_parameter("3.weight" if conv else "2.weight").detach()
    assert bool(outgoing.view(2, 16, -1)[:, :DEAD].any(2).any(0).all())
