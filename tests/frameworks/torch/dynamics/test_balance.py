import itertools

import pytest
import torch
from torch import nn

import isometry as iso
from isometry.torch import balance
from tests.frameworks.torch.dynamics import nets


def mlp(activation: nn.Module) -> nn.Module:
    return nn.Sequential(
        nn.Linear(6, 16), activation, nn.Linear(16, 16), activation, nn.Linear(16, 3)
    )


def convolutions() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16, 3)),
    )


def unbalanced(net: nn.Module, shape: tuple[int, ...]) -> tuple[nn.Module, torch.Tensor]:
    x = torch.randn(shape, generator=torch.Generator().manual_seed(2))
    iso.initialize(net, x, recipe="he", seed=3)
    with torch.no_grad():
        for k, weight in enumerate(net.parameters()):
            spread = torch.rand(len(weight), generator=torch.Generator().manual_seed(k))
            weight.mul_(10 ** (2 * spread - 1).view(-1, *[1] * (weight.dim() - 1)))
            weight.add_(0.01)
    return net, x


CASES = [
    pytest.param(mlp(nn.ReLU()), (5, 6), id="relu"),
    pytest.param(mlp(nn.LeakyReLU(0.2)), (5, 6), id="leaky"),
    pytest.param(convolutions(), (5, 3, 10, 10), id="convolutions"),
]


@pytest.mark.parametrize(("net", "shape"), CASES)
def test_the_function_stays_and_squares_fall(net: nn.Module, shape: tuple[int, ...]) -> None:
    net, x = unbalanced(net, shape)
    before = net(x).detach()
    sums = balance(net, x)
    assert float((net(x).detach() - before).abs().max() / before.abs().max()) < 1e-5
    assert sums[-1] < 0.9 * sums[0]
    assert max(b / a for a, b in itertools.pairwise(sums)) <= 1 + 1e-7
    assert len(sums) <= 21


def test_units_are_balanced_at_the_end() -> None:
    net, x = unbalanced(mlp(nn.ReLU()), (5, 6))
    balance(net, x)
    one, two, _ = (p.detach() for p in net.parameters() if p.dim() == 2)
    torch.testing.assert_close(one.norm(dim=1), two.norm(dim=0), rtol=1e-2, atol=0.0)


def test_what_is_not_homogeneous_is_left_alone() -> None:
    net, x = unbalanced(mlp(nn.Tanh()), (5, 6))
    before = iso.fingerprint(net)
    assert balance(net, x)[0] == 0.0
    assert iso.fingerprint(net) == before


class Shifted(nn.Module):
    """Between its layers lies a sum with one, which is not homogeneous."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Linear(6, 16), nn.Linear(16, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.two(self.one(x).relu() + 1.0)  # type: ignore[no-any-return]  # torch's call


def test_weights_are_put_back_where_the_function_would_change() -> None:
    net, x = unbalanced(Shifted(), (5, 6))
    before = iso.fingerprint(net)
    with pytest.raises(iso.errors.ModelError, match="balanced weights computed something else"):
        balance(net, x)
    assert iso.fingerprint(net) == before


@pytest.mark.parametrize("activation", [nn.GELU(), nn.SiLU(), nn.Sigmoid()])
def test_dynamic_balance_skips_what_is_not_homogeneous(activation: nn.Module) -> None:
    net, x = unbalanced(mlp(activation), (5, 6))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    before = iso.fingerprint(net)
    with iso.dynamic(net, optimizer, iso.calibrations.Balance(every=1), example=x) as kept:
        net(x).sum().backward()
        optimizer.step()
    assert kept.changes == ()
    assert iso.fingerprint(net) == before


def test_outputs_that_cancel_are_no_reason_to_refuse() -> None:
    """An output of nearly 0 is a sum of large terms, and moves by their roundings."""
    net, x = unbalanced(mlp(nn.ReLU()), (1, 6))
    with torch.no_grad():
        net.get_parameter("4.bias").sub_(net(x)[0])
    sums = balance(net, x)
    assert sums[-1] < sums[0]


def test_dynamic_balance_is_the_verb_after_the_step() -> None:
    found = []
    for dynamic in (True, False):
        net, x = unbalanced(convolutions(), (5, 3, 10, 10))
        optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
        kept = iso.dynamic(net, optimizer, iso.calibrations.Balance(every=2), example=x)
        kept.remove() if not dynamic else None
        for _ in range(2):
            nets.step(net, x, optimizer)
        balance(net, x, optimizer=optimizer) if not dynamic else None
        found.append(nets.state(net, optimizer))
    assert nets.equal(*found)
