"""What a captured training step costs beside one that is not, live and with a probe."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

import isometry as iso
from benchmarks.measuring import Timing, in_turn

STEPS = 10
"""Steps in a row that are taken together: one alone is too short for a clock's noise."""
EVERY = 100
"""Steps from one capture to the next in the share that is told."""


@dataclass(frozen=True, slots=True)
class MonitorResult:
    """One model: seconds of so many steps, plain, and with each captured.

    Attributes:
        name: What it is.
        timings: By ``"plain"``, ``"live"`` and ``"probe"``.
    """

    name: str
    timings: dict[str, Timing]

    @property
    def step(self) -> float:
        """Seconds of a plain step."""
        return self.timings["plain"].median / STEPS

    def share(self, mode: str) -> float:
        """Part of the time of training that captures take, with one in a hundred steps."""
        return (self.timings[mode].median / self.timings["plain"].median - 1) / EVERY


def run(rounds: int) -> list[MonitorResult]:
    """Measure every model.

    Args:
        rounds: How often each contestant runs.

    Returns:
        One result a model.
    """
    nets = {
        "perceptron, 4 layers of 64, batch of 32": perceptron(4, 64, 32),
        "perceptron, 6 layers of 256, batch of 128": perceptron(6, 256, 128),
        "perceptron, 6 layers of 1,024, batch of 256": perceptron(6, 1024, 256),
        "convolutional, 6 layers of 32, 32 pictures of 32×32": convolutional(),
    }
    return [_measured(name, *net, rounds) for name, net in nets.items()]


def perceptron(depth: int, width: int, batch: int) -> tuple[nn.Module, torch.Tensor]:
    """A plain ReLU net and what enters it."""
    sizes = [64, *[width] * (depth - 1)]
    layers = [m for n in sizes for m in (nn.Linear(n, width), nn.ReLU())]
    return nn.Sequential(*layers[:-2], nn.Linear(width, 10)), _normal(batch, 64)


def convolutional() -> tuple[nn.Module, torch.Tensor]:
    """A plain ReLU net of convolutions and pictures."""
    layers = [m for n in (3, 32, 32, 32, 32) for m in (nn.Conv2d(n, 32, 3, padding=1), nn.ReLU())]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10)]
    return nn.Sequential(*layers, *head), _normal(32, 3, 32, 32)


def _normal(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def _measured(name: str, net: nn.Module, x: torch.Tensor, rounds: int) -> MonitorResult:
    iso.initialize(net, x, recipe="he", seed=0)
    labels = torch.arange(len(x)) % 10
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-4)

    def steps(after: Callable[[torch.Tensor], Any]) -> None:
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(x), labels)
            loss.backward()  # type: ignore[no-untyped-call]  # torch's own
            optimizer.step()
            after(loss)

    def watched(probe: Any) -> None:
        options = {"probe": probe, "loss": labels} if probe is not None else {}
        with iso.Monitor(net, every=1, on_finding=lambda _: None, **options) as monitor:
            steps(monitor.step)

    ways = {
        "plain": lambda: steps(lambda _: None),
        "live": lambda: watched(None),
        "probe": lambda: watched(x),
    }
    return MonitorResult(name, in_turn(ways, rounds))
