"""A model of the zoo: how to make it, what to feed it, and the truth about its weights."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn


@dataclass(frozen=True, slots=True)
class Row:
    """The truth about the weights that a pattern names.

    Attributes:
        path: Regular expression of whole parameter paths.
        kind: Which map they are.
        before: What they read.
        after: What reads them.
        residual: ``T``, ``B``, ``S`` or ``-``.
        place: Which join of how many, where the row says.
        fans: Fan-in and fan-out, where no module's class tells them.
        times: How often such a use occurs in one forward.
    """

    path: str
    kind: str
    before: frozenset[str]
    after: frozenset[str]
    residual: str
    place: str = ""
    fans: tuple[float, float] | None = None
    times: int = 1


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the zoo.

    Attributes:
        name: What it is called.
        make: Builds it.
        example: Makes the forward's arguments, the same every time.
        truth: A table: path, kind, before, after, residual, and where needed fans as ``8>16`` and
            times as ``x2``; labels that occur together are joined by ``+``.
        streams: How many residual joins each of its streams has, in order.
        idle: Pattern of the weights that the forward does not use.
    """

    name: str
    make: Callable[[], nn.Module]
    example: Callable[[], Any]
    truth: str
    streams: tuple[int, ...] = ()
    idle: str = "(?!)"

    def build(self) -> nn.Module:
        """The model, its weights the same every time."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return self.make()

    def rows(self) -> tuple[Row, ...]:
        """The truth, line by line."""
        lines = (line.split() for line in self.truth.strip().splitlines())
        return tuple(_row(*line) for line in lines if line)


def _row(path: str, kind: str, before: str, after: str, residual: str, *more: str) -> Row:
    fans = next((item for item in more if ">" in item), None)
    times = next((int(item[1:]) for item in more if item.startswith("x")), 1)
    return Row(
        path,
        kind,
        frozenset(before.split("+")),
        frozenset(after.split("+")),
        residual[0],
        residual[1:],
        _pair(fans) if fans else None,
        times,
    )


def _pair(text: str) -> tuple[float, float]:
    fan_in, fan_out = re.split(">", text)
    return float(fan_in), float(fan_out)


def normal(*shape: int, seed: int = 0) -> Callable[[], torch.Tensor]:
    """Makes standard normal numbers."""
    return lambda: torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def indices(high: int, *shape: int, seed: int = 0) -> Callable[[], torch.Tensor]:
    """Makes whole numbers below ``high``."""
    return lambda: torch.randint(high, shape, generator=torch.Generator().manual_seed(seed))


def together(*makers: Callable[[], Any]) -> Callable[[], Any]:
    """Makes a tuple of positional arguments."""
    return lambda: tuple(make() for make in makers)


def named(**makers: Callable[[], Any]) -> Callable[[], Any]:
    """Makes a dictionary of named arguments."""
    return lambda: {name: make() for name, make in makers.items()}
