"""What the backward forecast is held to on any model: gradients at every step of real backwards."""

import gc
import importlib
import math
import statistics
import warnings
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn

import isometry as iso
from isometry import graphs, plans
from isometry.frameworks.torch.tracing import calls
from isometry.frameworks.torch.tracing.preserving import preserved
from isometry.frameworks.torch.tracing.tape import Tape
from tests.plans.forecast.measuring import batch_statistics

module = importlib.import_module("isometry.frameworks.torch.tracing.capture")


class Backward(Tape):
    """A tape that weighs the gradient of every value, also of one that is changed in place."""

    def __init__(self) -> None:
        super().__init__()
        self.squares: dict[int, float] = {}

    def add(self, op: str, inputs: Any, out: Tensor, **more: Any) -> int:
        index = Tape.add(self, op, inputs, out, **more)
        if out.requires_grad and not out.is_leaf:
            out.register_hook(self._weigh(index))  # type: ignore[no-untyped-call]  # torch types no hook
        return index

    def _weigh(self, index: int) -> Callable[[Tensor], None]:
        def hook(gradient: Tensor) -> None:
            self.squares[index] = square(gradient)

        return hook


def square(value: Tensor) -> float:
    """Mean square of all elements; 0 of none, as where no place chose an expert."""
    return value.detach().double().abs().pow(2).sum().item() / max(value.numel(), 1)


@dataclass(frozen=True, slots=True)
class Draw:
    """Mean squares of one draw's gradients: of values by step, of parameters by path."""

    steps: dict[int, float]
    weights: dict[str, float]


@dataclass(frozen=True, slots=True)
class Seen:
    """What all draws showed."""

    graph: graphs.Graph
    draws: tuple[Draw, ...]

    def step(self, index: int) -> list[float]:
        """Mean squares of the gradient of one value, draw by draw; 0 where none arrived."""
        return [draw.steps.get(index, 0.0) for draw in self.draws]

    def weight(self, path: str) -> list[float]:
        """The same of a parameter."""
        return [draw.weights.get(path, 0.0) for draw in self.draws]


def rms(squares: list[float]) -> float:
    """Root of the mean."""
    return math.sqrt(statistics.fmean(squares))


def uncertainty(squares: list[float]) -> float:
    """Relative standard error of that root."""
    mean = statistics.fmean(squares)
    spread = statistics.stdev(squares) / math.sqrt(len(squares))
    return spread / mean / 2 if mean > 0 else 0.0


Loss = Callable[[list[Tensor], int], Tensor]
"""From the model's outputs and a seed to a number."""


def cotangent(outputs: list[Tensor], seed: int) -> Tensor:
    """Every element of every output times independent normal noise."""
    generator = torch.Generator().manual_seed(seed + 999)
    noise = [torch.randn(out.shape, generator=generator) for out in outputs]
    parts = [(out * one).real.sum() for out, one in zip(outputs, noise, strict=True)]
    return torch.stack(parts).sum()


def draws(
    model: nn.Module,
    example: Callable[[int], Any],
    plan: plans.Plan,
    *,
    seeds: Iterator[int],
    loss: Loss = cotangent,
) -> Iterator[tuple[graphs.Graph, Draw]]:
    """One backward a seed, each with weights, inputs and cotangents of its own."""
    alive = {id(item): item for item in gc.get_objects() if issubclass(type(item), Tensor)}

    def held(tensor: Tensor) -> bool:
        return id(tensor) in alive

    with mock.patch.object(module, "existing", side_effect=lambda _: nullcontext(held)):
        for seed in seeds:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                iso.apply(plan, model, seed=seed)
                yield _draw(model, example(seed), seed, loss)


def _draw(model: nn.Module, example: Any, seed: int, loss: Loss) -> tuple[graphs.Graph, Draw]:
    tape, answers = Backward(), []
    answer = module.call

    def kept(model: nn.Module, given: Any) -> Any:
        answers.append(answer(model, given))
        return answers[0]

    model.zero_grad(set_to_none=True)
    with (
        mock.patch.object(module, "Tape", return_value=tape),
        mock.patch.object(module, "call", kept),
        preserved(model),
        batch_statistics(model),
        torch.enable_grad(),
    ):
        graph = module.recorded(model, example, None)
        loss(list(_outputs(answers[0])), seed).backward()  # type: ignore[no-untyped-call]  # torch types no backward
    found = ((name, one.grad) for name, one in model.named_parameters())
    weights = {name: square(gradient) for name, gradient in found if gradient is not None}
    return graph, Draw(dict(tape.squares), weights)


def _outputs(answer: Any) -> Iterator[Tensor]:
    named = [(name, one) for name, one in calls.tensors_in(answer) if module.STATE not in name]
    yield from {id(one): one for _, one in named if one.requires_grad}.values()


def seen(
    model: nn.Module,
    example: Callable[[int], Any],
    plan: plans.Plan,
    seeds: int,
    *,
    loss: Loss = cotangent,
) -> Seen:
    """As many backwards."""
    made = list(draws(model, example, plan, seeds=iter(range(seeds)), loss=loss))
    return Seen(made[-1][0], tuple(draw for _, draw in made))
