"""What the forecast is held to: root mean squares of real forwards under many seeds."""

import contextlib
import importlib
import math
import statistics
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

import torch
from torch import nn

import isometry as iso
from isometry import graphs, plans
from isometry.frameworks.torch.tracing.tape import Tape

module = importlib.import_module("isometry.frameworks.torch.tracing.capture")


class Scale(Tape):
    """A tape that also weighs every value, before a later step can change it in place."""

    def __init__(self) -> None:
        super().__init__()
        self.squares: dict[int, float] = {}

    def add(self, op: str, inputs: Any, out: torch.Tensor, **more: Any) -> int:
        index = Tape.add(self, op, inputs, out, **more)
        if out.is_floating_point():
            self.squares[index] = out.detach().double().pow(2).mean().item()
        return index


@dataclass(frozen=True, slots=True)
class Measured:
    """Mean squares of every step's value under each seed."""

    graph: graphs.Graph
    draws: tuple[dict[int, float], ...]

    def rms(self, step: int) -> float:
        """Root of the mean square over all draws."""
        return math.sqrt(statistics.fmean(draw[step] for draw in self.draws))


def observed(model: nn.Module, example: Any) -> tuple[graphs.Graph, dict[int, float]]:
    """One real forward: its graph and the mean square of every value."""
    scale = Scale()
    with mock.patch.object(module, "Tape", return_value=scale):
        graph = module.run(model, example, lambda: batch_statistics(model))
    return graph, scale.squares


@contextlib.contextmanager
def batch_statistics(model: nn.Module) -> Iterator[None]:
    """Everything as in evaluation, but batch norms on the statistics of the batch."""
    norms = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.__dict__["training"] = True
    yield
    for norm in norms:
        norm.__dict__["training"] = False


def measured(
    model: nn.Module, example: Callable[[int], Any], plan: plans.Plan, seeds: int
) -> Measured:
    """As many forwards, each with weights and inputs of its own."""
    draws, graph = [], None
    for seed in range(seeds):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            iso.apply(plan, model, seed=seed)
        graph, squares = observed(model, example(seed))
        draws.append(squares)
    assert graph is not None
    return Measured(graph, tuple(draws))
