import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from isometry.calibrations import Change, Renew
from tests.frameworks.torch.dynamics import nets


def run(net: nn.Module, x: Tensor, part: Renew, steps: int) -> tuple[Change, ...]:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0, momentum=0.9)
    plan = iso.plan(net, x, recipe="he")
    with iso.dynamic(net, optimizer, part, example=x, plan=plan, seed=5) as kept:
        for _ in range(steps):
            nets.step(net, x, optimizer)
    changes: tuple[Change, ...] = kept.changes
    return changes


def entering(net: nn.Module, x: Tensor, name: str) -> Tensor:
    """What a layer is called with."""
    seen = []
    handle = net.get_submodule(name).register_forward_pre_hook(
        lambda _, given: seen.append(given[0])
    )
    with torch.no_grad():
        net(x)
    handle.remove()
    return seen[0]  # type: ignore[no-any-return]  # torch's call


def test_the_least_useful_units_are_renewed() -> None:
    """``E|h| Σ|w|`` in plain loops; two of sixteen units at once."""
    net, x = nets.mlp()
    h = entering(net, x, "2")
    w = net.get_parameter("2.weight").detach()
    useful = [
        float(
            sum(abs(v) for v in h[:, i].tolist()) / len(h) * sum(abs(v) for v in w[:, i].tolist())
        )
        for i in range(16)
    ]
    least = sorted(sorted(range(16), key=useful.__getitem__)[:2])
    changes = run(net, x, Renew(rate=2 / 16, maturity=1, decay=0.5), steps=2)
    assert changes[0].path == "0.weight"
    assert list(changes[0].units) == least


@pytest.mark.parametrize("conv", [False, True])
def test_the_mean_stays_and_the_rest_is_bounded(*, conv: bool) -> None:
    """``|Δy_k| ≤ Σ_i |w_ki| max|h_i - E h_i|`` and ``E Δy_k = 0``, where the units are taken."""
    name = "3" if conv else "2"
    net, x = nets.convolutions() if conv else nets.mlp()
    layer = net.get_submodule(name)
    assert isinstance(layer, nn.Linear | nn.Conv2d)
    h, before = entering(net, x, name), layer.weight.detach().clone()
    old = layer(h).detach()
    part = Renew(rate=1 / 8 if conv else 1 / 16, maturity=1, decay=0.5)
    changes = [one for one in run(net, x, part, steps=2) if one.path == "0.weight"]
    (unit,) = changes[0].units
    new = layer(entering(net, x, name)).detach()
    said = h.movedim(1, 0)[unit]
    size = before.unsqueeze(-1)[:, unit].flatten(1).abs().sum(1).max()
    assert float((new - old).abs().max()) <= float(size * (said - said.mean()).abs().max()) + 1e-5
    mean = (new - old).movedim(1, 0).flatten(1).mean(1)
    rest = 0.2 * float((new - old).abs().max()) if conv else 1e-5  # a window sees not all places
    assert float(mean.abs().max()) <= rest
    assert float((new - old).abs().max()) > 1e-4


def test_without_the_mean_the_outputs_move_further() -> None:
    """The control: with no bias behind, nothing can make up for the mean."""
    moved = []
    for bias in (True, False):
        net, x = nets.started(
            nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3, bias=bias)),
            nets.normal(32, 6),
            0,
        )
        before = net(x).detach()
        run(net, x, Renew(rate=4 / 16, maturity=1, decay=0.5), steps=2)
        moved.append(float((net(x).detach() - before).square().mean()))
    assert moved[0] < 0.8 * moved[1]


def test_young_units_are_left_alone_and_parts_of_units_add_up() -> None:
    net, x = nets.mlp()
    changes = run(net, x, Renew(rate=1 / 32, maturity=3), steps=8)
    first = [one for one in changes if one.path == "0.weight"]
    assert [one.step for one in first] == [5, 8]  # 16/32 at steps 4 and 5, 15/32 at 6, 7 and 8
    assert not set(first[0].units) & set(first[1].units)


def test_a_renewed_unit_starts_anew() -> None:
    net, x = nets.mlp()
    changes = run(net, x, Renew(rate=1 / 16, maturity=1), steps=2)
    (unit,) = changes[0].units
    fresh = iso.weights.values(iso.plan(net, x, recipe="he")["0.weight"], seed=5, member=2)
    torch.testing.assert_close(
        net.get_parameter("0.weight")[unit].detach(), torch.from_numpy(fresh)[unit]
    )
    assert not net.get_parameter("2.weight")[:, unit].any()
    assert float(net.get_parameter("0.bias")[unit].detach()) == 0.0


def test_runs_in_evaluation_are_not_heard() -> None:
    net, x = nets.mlp()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    plan = iso.plan(net, x, recipe="he")
    with iso.dynamic(net, optimizer, Renew(decay=0.5), example=x, plan=plan) as kept:
        nets.step(net, x, optimizer)
        before = kept.state_dict()["parts"]["renew"]["state"]["0.weight"]["mean"]
        net.eval()
        net(100 * x)
        optimizer.step()
        after = kept.state_dict()["parts"]["renew"]["state"]["0.weight"]["mean"]
    assert torch.equal(before, after)
