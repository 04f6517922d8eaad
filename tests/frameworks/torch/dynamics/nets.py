"""Small nets with a batch, and a step of training."""

import torch
from torch import Tensor, nn

import isometry as iso


def normal(*shape: int, seed: int = 0) -> Tensor:
    """Numbers that are the same at each call."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def mlp(activation: nn.Module | None = None, *, seed: int = 0) -> tuple[nn.Module, Tensor]:
    """Three layers, of He's start with biases that are not zero."""
    phi = nn.ReLU() if activation is None else activation
    net = nn.Sequential(nn.Linear(6, 16), phi, nn.Linear(16, 12), phi, nn.Linear(12, 3))
    return started(net, normal(32, 6, seed=7), seed)


def convolutions(*, seed: int = 0) -> tuple[nn.Module, Tensor]:
    """Two convolutions with pooling between them and a linear layer behind."""
    net = nn.Sequential(
        *(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16, 3)),
    )
    return started(net, normal(8, 3, 10, 10, seed=7), seed)


def started(net: nn.Module, x: Tensor, seed: int) -> tuple[nn.Module, Tensor]:
    """The net with values."""
    iso.initialize(net, x, recipe="he", seed=seed)
    with torch.no_grad():
        for k, (name, one) in enumerate(net.named_parameters()):
            one.add_(0.1 * normal(*one.shape, seed=k) * name.endswith("bias"))
    return net, x


def step(net: nn.Module, x: Tensor, optimizer: torch.optim.Optimizer) -> float:
    """One step of regression towards 1; returns the loss before it."""
    optimizer.zero_grad()
    loss = (net(x) - 1).square().mean()
    loss.backward()
    optimizer.step()
    return float(loss.detach())


def state(net: nn.Module, optimizer: torch.optim.Optimizer) -> list[Tensor]:
    """Copies of all that training changes, in one order."""
    kept = [one.detach().clone() for one in (*net.parameters(), *net.buffers())]
    for one in net.parameters():
        values = optimizer.state.get(one, {}).values()
        kept += [value.clone() for value in values if isinstance(value, Tensor)]
    return kept


def equal(one: list[Tensor], other: list[Tensor]) -> bool:
    """Whether two such states are the same bit for bit."""
    return len(one) == len(other) and all(map(torch.equal, one, other))
