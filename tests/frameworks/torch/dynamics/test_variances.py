import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from isometry.calibrations import Change, Variance
from tests.frameworks.torch.dynamics import nets


def batch_normed() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten()),
        *(nn.Linear(8 * 64, 12), nn.LayerNorm(12), nn.ReLU(), nn.Linear(12, 3)),
    )


def run(net: nn.Module, x: Tensor, optimizer: torch.optim.Optimizer) -> tuple[Change, ...]:
    with iso.dynamic(
        net, optimizer, Variance(every=1), example=x, plan=iso.plan(net, x, recipe="he")
    ) as kept:
        nets.step(net, x, optimizer)
    changes: tuple[Change, ...] = kept.changes
    return changes


def grown() -> tuple[nn.Module, Tensor]:
    net, x = nets.started(batch_normed(), nets.normal(16, 3, 10, 10), 0)
    net(x)
    with torch.no_grad():
        for path in ("0.weight", "0.bias", "4.weight", "4.bias", "7.weight"):
            net.get_parameter(path).mul_(3.0)
        net.get_buffer("1.running_mean").mul_(3.0)
        net.get_buffer("1.running_var").mul_(9.0)
    return net, x


@pytest.mark.parametrize("training", [False, True])
def test_weights_before_a_norm_get_their_spread_and_outputs_stay(*, training: bool) -> None:
    net, x = grown()
    net.train(training)
    before = net(x).detach()
    with torch.random.fork_rng():
        changes = run(net, x, torch.optim.SGD(net.parameters(), lr=0.0))
    assert [one.path for one in changes] == ["0.weight", "4.weight"]
    plan = iso.plan(net, x, recipe="he")
    wanted = {p: plan[p].scheme.moments(plan[p].parameter).std for p in ("0.weight", "4.weight")}  # type: ignore[union-attr]  # drawn
    found = {path: float(net.get_parameter(path).detach().std(correction=0)) for path in wanted}
    assert found == pytest.approx(wanted, rel=1e-5)
    net.train(training)
    after = net(x).detach()
    bound = 1e-2 if training else 1e-3  # batch norm's running moments moved by one batch more
    assert float((after - before).abs().max() / before.abs().max()) < bound
    assert max(one.difference for one in changes) < 1e-4


def test_weights_before_no_norm_are_left_alone() -> None:
    net, x = grown()
    before = net.get_parameter("7.weight").detach().clone()
    run(net, x, torch.optim.SGD(net.parameters(), lr=0.0))
    assert torch.equal(net.get_parameter("7.weight"), before)


def test_the_memory_follows() -> None:
    """The gradient of a weight that a norm makes free of its size goes with 1 over that size."""
    net, x = grown()
    net, x = net.double(), x.double()
    for norm in (net.get_submodule("1"), net.get_submodule("5")):
        vars(norm)["eps"] = 1e-12
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0, momentum=0.5)
    changes = run(net, x, optimizer)
    weight = net.get_parameter("4.weight")
    kept = optimizer.state[weight]["momentum_buffer"].clone()
    optimizer.zero_grad()
    (net(x) - 1).square().mean().backward()
    assert changes[1].factor[0] == pytest.approx(1 / 3, rel=0.05)
    torch.testing.assert_close(kept, weight.grad, rtol=1e-6, atol=1e-12)


class Own(nn.Module):
    """A batch norm that keeps its statistics where nothing says that they are."""

    def __init__(self) -> None:
        super().__init__()
        self.map = nn.Linear(6, 12)
        self.kept = (torch.zeros(12), torch.ones(12))

    def forward(self, x: Tensor) -> Tensor:
        centre, size = self.kept
        return nn.functional.batch_norm(self.map(x), centre, size, training=self.training)


@pytest.mark.parametrize(
    ("net", "shape"),
    [
        pytest.param(Own(), (8, 6), id="statistics elsewhere"),
        pytest.param(
            nn.Sequential(nn.Conv2d(3, 8, 3), nn.LocalResponseNorm(3)), (4, 3, 5, 5), id="local"
        ),
    ],
)
def test_norms_that_are_not_free_of_size_are_none(net: nn.Module, shape: tuple[int, ...]) -> None:
    net, x = nets.started(net, nets.normal(*shape), 0)
    assert run(net, x, torch.optim.SGD(net.parameters(), lr=0.0)) == ()
