"""One small net, its data, and what is looked at around a fit, whoever runs it."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import isometry as iso

RATE = 1e-3
"""A step of which moves no weight of :class:`Net` by so much or so little that a rule speaks."""
BATCH = 8
COUNT = 64
Batch = tuple[Tensor, Tensor]
Named = dict[str, float]


class Net(nn.Module):
    """Three layers, one activation a module and one a function."""

    def __init__(self, *, drop: float = 0.0) -> None:
        super().__init__()
        self.one, self.two, self.three = nn.Linear(8, 16), nn.Linear(16, 16), nn.Linear(16, 1)
        self.bend, self.drop = nn.Tanh(), nn.Dropout(drop)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.drop(functional.relu(self.two(self.bend(self.one(x)))))
        return self.three(inner)  # type: ignore[no-any-return]  # torch


def started(model: nn.Module) -> nn.Module:
    """The model, as it starts in every fit."""
    iso.initialize(model, recipe="he", seed=0)
    return model


def pairs() -> list[Batch]:
    """What is trained on, sample by sample."""
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(COUNT, 8, generator=generator)
    return list(zip(x, x.sum(1, keepdim=True).sin(), strict=True))


def batches() -> list[Batch]:
    """The same, in the order of an epoch that is not shuffled."""
    x, y = (torch.stack(column) for column in zip(*pairs(), strict=True))
    return list(zip(torch.split(x, BATCH), torch.split(y, BATCH), strict=True))


def error(made: Tensor, wanted: Tensor) -> Any:
    """The loss of every fit; torch gives its ``backward`` no type."""
    return (made - wanted).square().mean()


def train(
    model: nn.Module,
    data: Iterable[Batch],
    after: Callable[[Tensor, torch.optim.Optimizer], Any] = lambda *_: None,
    *,
    gather: int = 1,
    clip: float = 0.0,
) -> None:
    """The loop by hand: so many batches a step of the optimizer, told to ``after``."""
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    for number, (x, y) in enumerate(data, 1):
        loss = error(model(x), y)
        (loss / gather).backward()
        if number % gather == 0:
            if clip:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
            after(loss, optimizer)
            optimizer.zero_grad()


def by_hand(model: nn.Module, data: Iterable[Batch], *, every: int, gather: int = 1) -> list[Any]:
    """What a sink is told of the loop by hand."""
    told = Told()
    with iso.Monitor(model, every=every, sinks=[told], level="layers") as monitor:
        train(model, data, monitor.step, gather=gather)
    return told.records


class Told:
    """A sink that keeps what it is told."""

    def __init__(self) -> None:
        self.records: list[tuple[int, Named]] = []
        self.closed = 0

    def __call__(self, named: Named, step: int) -> None:
        self.records.append((step, named))

    def close(self) -> None:
        self.closed += 1

    @property
    def steps(self) -> list[int]:
        return [step for step, _ in self.records]


def close_to(records: list[tuple[int, Named]]) -> list[tuple[int, Any]]:
    """The same steps and names, and the same numbers to rounding."""
    return [(step, pytest.approx(named, rel=1e-6)) for step, named in records]


def failing(*_: object) -> None:
    """A sink whose logger is not there."""
    raise OSError("no space left")


def sizes_of_gradients(model: nn.Module, batch: Batch) -> dict[str, float]:
    """Path of each weight ↦ the norm of the gradient of a batch, worked out by torch alone."""
    held = {path: one for path, one in model.named_parameters() if one.dim() > 1}
    found = torch.autograd.grad(error(model(batch[0]), batch[1]), list(held.values()))
    return {path: one.norm().item() for path, one in zip(held, found, strict=True)}


def outcome(model: nn.Module, fit: Callable[[], Any]) -> tuple[str, list[int]]:
    """Weights and the state of chance behind a fit, which may fail."""
    torch.manual_seed(3)
    with suppress(ArithmeticError):
        fit()
    return iso.fingerprint(model), torch.get_rng_state().tolist()


def traces(model: nn.Module) -> list[str]:
    """What a watch may have left on a model, and on torch."""
    found = [
        f"{path}.{name}"
        for path, module in model.named_modules()
        for name, held in vars(module).items()
        if (re.fullmatch(r"_\w*hooks\w*", name) and held) or callable(held)
    ]
    return found + ["a function mode"] * torch._C._len_torch_function_stack()
