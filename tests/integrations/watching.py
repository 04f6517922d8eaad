"""A short training of a net whose steps are too large, told to sinks."""

from typing import Any

import torch
from torch import nn

import isometry as iso


def watch(*sinks: Any, rate: float = 0.5, level: Any = "layers") -> iso.Monitor:
    """Four captured steps.

    Args:
        *sinks: Who is told.
        rate: The learning rate.
        level: Which numbers.

    Returns:
        The monitor, closed.
    """
    net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))
    iso.initialize(net, recipe="he", seed=0)
    optimizer = torch.optim.SGD(net.parameters(), lr=rate)
    x = torch.randn(16, 8, generator=torch.Generator().manual_seed(0))
    with iso.Monitor(net, every=1, sinks=sinks, level=level, on_finding=lambda _: None) as monitor:
        for _ in range(4):
            optimizer.zero_grad()
            loss = net(x).square().mean()
            loss.backward()
            optimizer.step()
            monitor.step(loss)
    return monitor
