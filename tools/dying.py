"""Trains a ReLU net on digits at a given rate, with parts of the upkeep or without.

Not to be run by itself: ``tools.dynamic_page`` and a test take it.
"""

import contextlib
import functools
import itertools
from dataclasses import dataclass

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import isometry as iso
from isometry import calibrations

DEPTH, WIDTH, STEPS, BATCH, EVERY = 4, 64, 400, 64, 20
TRAINING = 1400
EXAMPLE = 256


@dataclass(frozen=True, slots=True)
class Setting:
    """One run.

    Attributes:
        optimizer: ``"sgd"`` with momentum 0.9, or ``"adam"``.
        rate: The learning rate at the start.
        parts: What keeps the start up.
        seed: Of weights and batches.
        falls: Whether the rate falls evenly to 0; else it stays.
    """

    optimizer: str
    rate: float
    parts: tuple[calibrations.Part, ...]
    seed: int
    falls: bool = True


@dataclass(frozen=True, slots=True)
class Course:
    """What became of a run, looked at every so many steps.

    Attributes:
        steps: When.
        accuracy: On the test digits, from 0 to 1.
        idle: Share of hidden units that say 0 on the whole example; 1 for a net that overflowed.
        overflowed: Whether weights are no numbers any more.
    """

    steps: tuple[int, ...]
    accuracy: tuple[float, ...]
    idle: tuple[float, ...]
    overflowed: bool


def run(setting: Setting) -> Course:
    """Train one net.

    Args:
        setting: How.

    Returns:
        Its course.
    """
    x, y = digits()
    net, example = perceptron(), x[:EXAMPLE]
    plan = iso.plan(net, example, recipe="he")
    iso.apply(plan, net, seed=setting.seed)
    optimizer, end = _optimizer(net, setting), 1e-9 if setting.falls else 1.0
    falling = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, end, STEPS)
    generator = torch.Generator().manual_seed(setting.seed)
    rows = [_row(net, 0)]
    with contextlib.ExitStack() as stack:
        if setting.parts:
            kept = iso.dynamic(
                net, optimizer, setting.parts, example=example, plan=plan, seed=setting.seed
            )
            stack.enter_context(kept)
        for step in range(1, STEPS + 1):
            chosen = torch.randint(TRAINING, (BATCH,), generator=generator)
            optimizer.zero_grad()
            cross_entropy(net(x[chosen]), y[chosen]).backward()  # type: ignore[no-untyped-call]  # torch's own
            optimizer.step()
            falling.step()
            if step % EVERY == 0:
                rows.append(_row(net, step))
    steps, accuracy, idle = zip(*rows, strict=True)
    lost = not all(bool(one.isfinite().all()) for one in net.parameters())
    return Course(steps, accuracy, idle, lost)


@functools.cache
def digits() -> tuple[Tensor, Tensor]:
    """All digits in a fixed order, of mean 0 and spread 1; the first 1400 are for training."""
    found = load_digits()
    x, y = torch.tensor(found.data, dtype=torch.float32), torch.tensor(found.target)
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
    x, y = x[order], y[order]
    return (x - x.mean()) / x.std(), y


def perceptron() -> nn.Sequential:
    """Four hidden layers of ReLU."""
    widths = [64, *[WIDTH] * DEPTH]
    hidden = [
        layer
        for entering, leaving in itertools.pairwise(widths)
        for layer in (nn.Linear(entering, leaving), nn.ReLU())
    ]
    return nn.Sequential(*hidden, nn.Linear(WIDTH, 10))


def _optimizer(net: nn.Module, setting: Setting) -> torch.optim.Optimizer:
    if setting.optimizer == "sgd":
        return torch.optim.SGD(net.parameters(), lr=setting.rate, momentum=0.9)
    return torch.optim.Adam(net.parameters(), lr=setting.rate)


def _row(net: nn.Sequential, step: int) -> tuple[int, float, float]:
    x, y = digits()
    idle = []
    with torch.no_grad():
        h = x[:EXAMPLE]
        for layer in net:
            h = layer(h)
            if isinstance(layer, nn.ReLU):
                idle.append((~(h > 0)).all(0).float().mean())
        right = (net(x[TRAINING:]).argmax(1) == y[TRAINING:]).float().mean()
    return step, float(right), float(torch.stack(idle).mean())
