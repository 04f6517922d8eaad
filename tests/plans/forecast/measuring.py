"""What the forecast is held to: root mean squares of real forwards under many seeds."""

import contextlib
import math
import statistics
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

import isometry as iso
from isometry import graphs, plans
from isometry.frameworks.torch.tracing import calls, constants, recorder
from isometry.frameworks.torch.tracing.capture import addresses, call, scopes
from isometry.frameworks.torch.tracing.tape import Tape


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
    tape, known = Scale(), constants.Constants(model)
    known.know(example, example)
    with torch.no_grad(), scopes(model, tape), batch_statistics(model):
        for name, tensor in calls.tensors_in(example):
            tape.add("input", (), tensor, path=name, signal=True)
        with known, recorder.Recorder(tape, *addresses(model)):
            call(model, example)
    return graphs.Graph(constants.noted(tape, known), (len(tape.nodes) - 1,)), tape.squares


@contextlib.contextmanager
def batch_statistics(model: nn.Module) -> Iterator[None]:
    """Everything as in evaluation, but batch norms on the statistics of the batch."""
    model.eval()
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.training = True
    yield
    model.eval()


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
