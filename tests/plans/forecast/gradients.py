"""What the backward forecast is held to: gradients of autograd under many seeds, by hooks."""

import contextlib
import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from isometry import plans

MAPS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.ConvTranspose2d, nn.Embedding)


def hooked(model: nn.Module) -> dict[str, Tensor]:
    """Outputs of all maps, filled when the model runs; their gradients are kept."""
    outputs: dict[str, Tensor] = {}

    def keep(name: str) -> Callable[..., None]:
        def hook(_: nn.Module, __: Any, out: Tensor) -> None:
            out.retain_grad()
            outputs[name] = out

        return hook

    for name, module in model.named_modules():
        if isinstance(module, MAPS):
            module.register_forward_hook(keep(name))
    return outputs


def filled(model: nn.Module, plan: plans.Plan, seed: int) -> None:
    """Normal weights with the moments that the plan states."""
    generator = torch.Generator().manual_seed(seed + 500)
    for path, tensor in model.named_parameters():
        one = plan[path]
        assert one.scheme is not None
        stated = one.scheme.moments(one.parameter)
        with torch.no_grad():
            tensor.normal_(stated.mean, stated.std, generator=generator)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One thread: the nets are small, and threads that wait for one another are slow."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@alone()
def measured(
    model: nn.Module, example: Callable[[int], Any], plan: plans.Plan, seeds: int
) -> dict[str, tuple[float, float]]:
    """Root mean squares of the gradients of each map's output and weight."""
    outputs = hooked(model)
    squares: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for seed in range(seeds):
        filled(model, plan, seed)
        model.zero_grad()
        out = model(example(seed))
        out.backward(torch.randn(out.shape, generator=torch.Generator().manual_seed(seed + 999)))
        for name, value in outputs.items():
            weight = model.get_parameter(f"{name}.weight")
            squares[f"{name}.weight"].append((_square(value), _square(weight)))
    return {path: _roots(pairs) for path, pairs in squares.items()}


def _roots(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    first, second = (math.sqrt(statistics.fmean(side)) for side in zip(*pairs, strict=True))
    return first, second


def _square(value: Tensor) -> float:
    assert value.grad is not None
    return value.grad.double().pow(2).mean().item()
