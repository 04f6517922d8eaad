"""Local Jacobians of norm 1, against Jacobians that torch works out entry by entry."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from tests.frameworks.torch.calibrating.nets import mlp, normal, scaled, seeded


def norms(net: nn.Sequential, batch: Tensor) -> list[float]:
    """``E‖∂h'/∂h‖² / n'`` of each layer by the one before it, every entry worked out."""
    places = [i for i, one in enumerate(net) if isinstance(one, nn.Linear)]
    found, start = [], -1
    for place in places:
        part, before = net[start + 1 : place + 1], net[: start + 1](batch)
        jacobian = torch.func.vmap(torch.func.jacrev(part))(before.detach()).detach()
        found.append(float(jacobian.square().sum((1, 2)).mean() / jacobian.shape[1]))
        start = place
    return found


@pytest.mark.parametrize("bent", [nn.ReLU, nn.Tanh, nn.GELU])
@pytest.mark.parametrize("factor", [0.3, 3.0])
def test_every_local_jacobian_has_norm_one(bent: Callable[[], nn.Module], factor: float) -> None:
    net, batch = scaled(seeded(lambda: mlp(5, 32, bent)), factor, factor), normal(128, 32)
    assert isinstance(net, nn.Sequential)
    assert max(abs(one - 1) for one in norms(net, batch)) > 0.5
    record = iso.calibrate(net, batch, "jacobian", probes=16)
    assert norms(net, batch) == pytest.approx([1.0] * 5, abs=0.05)
    assert (record.forwards, record.backwards) == (1, 5 * 16)


def test_a_target_is_reached() -> None:
    net, batch = seeded(lambda: mlp(3, 32)), normal(128, 32)
    assert isinstance(net, nn.Sequential)
    iso.calibrate(net, batch, "jacobian", probes=16, target=0.5)
    assert norms(net, batch) == pytest.approx([0.5] * 3, abs=0.03)


def test_packed_projections_have_a_factor_each() -> None:
    net, x = seeded(lambda: nn.MultiheadAttention(8, 2, batch_first=True)), normal(64, 7, 8)
    with torch.no_grad():
        net.get_parameter("in_proj_weight")[8:16] *= 5
    iso.calibrate(net, (x, x, x), "jacobian", probes=16)
    parts = net.get_parameter("in_proj_weight").detach().chunk(3)
    # By the input, the Jacobian of a linear map is its weight; x goes in as three tensors.
    sizes = [float(part.square().sum() / 8) for part in parts]
    assert sizes == pytest.approx([1.0, 1.0, 1.0], abs=0.15)


def test_layers_without_a_signal_before_them_are_kept() -> None:
    net = nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
    record = iso.calibrate(net, torch.arange(5), "jacobian")
    assert record["0.weight"].reason == "it is an embedding"
    assert record["1.weight"].status == record["3.weight"].status == "scaled"


class Branched(nn.Module):
    """A residual branch, a layer that reads the sum, and one that reads two layers differently."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        a, b, c, d = self.layers
        first = a(x)
        third = c(torch.tanh(first + b(torch.tanh(first))))
        out: Tensor = d(torch.tanh(third) + torch.sigmoid(first))
        return out


def objective(weights: list[Tensor], x: Tensor) -> Tensor:
    """``Σ (log J)²``, ``J`` the mean over the outputs of layers that a layer reads directly."""
    a, b, c, d = weights
    first = x @ a.T
    second = torch.tanh(first) @ b.T
    third = torch.tanh(first + second) @ c.T
    total = (a.square().sum() / len(a)).log().square()
    reads = [
        (b, torch.tanh, first),
        (c, torch.tanh, first + second),  # the same by either summand
        (d, torch.tanh, third),
        (d, torch.sigmoid, first),
    ]
    found = [
        torch.func.vmap(torch.func.jacrev(lambda h, w=w, phi=phi: w @ phi(h)))(h)
        for w, phi, h in reads
    ]
    norms = [one.square().sum((1, 2)).mean() / one.shape[1] for one in found]
    local = [norms[0], norms[1], (norms[2] + norms[3]) / 2]
    return total + torch.stack(local).log().square().sum()


def descended(weights: list[Tensor], x: Tensor, steps: int = 60) -> float:
    """The objective after plain gradient descent on a factor for each weight."""
    logs = torch.zeros(len(weights), dtype=torch.float64, requires_grad=True)

    def value(at: Tensor) -> Tensor:
        return objective([w * s for w, s in zip(weights, at.exp(), strict=True)], x)

    for _ in range(steps):
        (slope,) = torch.autograd.grad(value(logs), logs)
        logs = (logs - 0.05 * slope).detach().requires_grad_()
    return float(value(logs).detach())


@pytest.mark.parametrize("factor", [0.4, 2.0])
def test_with_branches_the_objective_is_no_larger_than_after_gradient_descent(
    factor: float,
) -> None:
    net, x = scaled(seeded(Branched).double(), factor * 3**0.5, 1.0), normal(32, 8).double()
    start = [one.detach().clone() for one in net.parameters()]
    iso.calibrate(net, x, "jacobian", probes=256)
    after = float(objective([one.detach() for one in net.parameters()], x))
    before, rival = float(objective(start, x)), descended(start, x)
    assert after < 5e-3
    assert rival < before / 2
    assert after <= rival + 5e-3
