import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from isometry import errors
from tests.frameworks.torch.monitoring.compiling import Counter


def net() -> nn.Module:
    layers = [m for _ in range(3) for m in (nn.Linear(8, 8), nn.BatchNorm1d(8), nn.ReLU())]
    made = nn.Sequential(*layers, nn.Dropout(0.5), nn.Linear(8, 2))
    iso.initialize(made, recipe="he", seed=0)
    return made


def batch(count: int = 16) -> Tensor:
    return torch.randn(count, 8, generator=torch.Generator().manual_seed(1))


def step(model: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor) -> Tensor:
    optimizer.zero_grad()
    loss: Tensor = model(x).square().mean()
    loss.backward()  # type: ignore[no-untyped-call]  # torch's own
    optimizer.step()
    return loss


def test_a_probe_sees_what_a_forward_and_backward_of_ones_own_see() -> None:
    model, x = nn.Sequential(nn.Linear(8, 6), nn.Tanh(), nn.Linear(6, 2)), batch()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    with iso.Monitor(model, probe=x, loss=torch.zeros(16, 2)) as monitor:
        monitor.step(step(model, optimizer, x + 1))
    inner = model[0](x)
    (delta,) = torch.autograd.grad(model[2](model[1](inner)).square().mean(), inner)
    row = monitor.history[0].layers[0]
    expected = [float(one.detach().square().mean().sqrt()) for one in (inner, delta)]
    assert [row.act_std, row.delta_norm] == pytest.approx(expected, rel=1e-5)


def test_a_probe_leaves_norms_generators_and_gradients_alone() -> None:
    model, x = net(), batch()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with iso.Monitor(model, every=1, probe=batch(4)) as monitor:
        loss = step(model, optimizer, x)
        before = {name: one.clone() for name, one in model.state_dict().items()}
        gradients = [one.grad.clone() for one in model.parameters() if one.grad is not None]
        generator = torch.get_rng_state()
        monitor.step(loss)
    assert all(torch.equal(before[name], one) for name, one in model.state_dict().items())
    after = [one.grad for one in model.parameters() if one.grad is not None]
    assert all(map(torch.equal, gradients, after))
    assert len(gradients) == 14
    assert torch.equal(generator, torch.get_rng_state())
    assert all(module.training for module in model.modules())


def test_a_compiled_model_is_compiled_once() -> None:
    model, x, counter = net(), batch(), Counter()
    compiled = torch.compile(model, backend=counter)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with iso.Monitor(compiled, every=2, probe=x) as monitor:
        for _ in range(4):
            monitor.step(step(compiled, optimizer, x))  # type: ignore[arg-type]  # torch
    assert counter.graphs == 1
    assert [len(one.layers) for one in monitor.history] == [4, 4]
    assert monitor.history[1].layers[0].act_std > 0


def test_a_batch_that_does_not_fit_says_so() -> None:
    model, x = net(), batch()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with (
        pytest.raises(errors.ModelError, match="the forward on the probe failed"),
        iso.Monitor(model, probe=x[:, :3]) as monitor,
    ):
        monitor.step(step(model, optimizer, x))
    assert all(module.training for module in model.modules())
