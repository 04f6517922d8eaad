"""One forward and one backward that change nothing, with numbers of every step."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from isometry import errors
from isometry.frameworks.torch.observing import losses, statistics
from isometry.frameworks.torch.observing.watcher import Watcher
from isometry.frameworks.torch.tracing import calls
from isometry.frameworks.torch.tracing.capture import (
    STATE,
    addresses,
    call,
    eager,
    existing,
    placed,
)
from isometry.frameworks.torch.tracing.failures import failed, said
from isometry.frameworks.torch.tracing.notes import notes
from isometry.frameworks.torch.tracing.preserving import as_measured
from isometry.frameworks.torch.tracing.recorder import Listener, Recorder
from isometry.frameworks.torch.tracing.scopes import scopes
from isometry.frameworks.torch.tracing.tape import Tape
from isometry.graphs import Graph
from isometry.measurements import Loss, Observation, Values


@dataclass(frozen=True, slots=True)
class Run:
    """One forward that was heard.

    Attributes:
        tape: What was written.
        outputs: What the model returned.
        ends: Steps of the tensors among it.
    """

    tape: Tape
    outputs: Any
    ends: tuple[int, ...]


def observe(model: nn.Module, batch: Any, loss: losses.LossLike = None) -> Observation:
    """Run ``model`` once forward and once backward, and leave it as it is.

    Everything runs as in evaluation, without dropout, but norms that use the batch's statistics in
    training use them here too. Gradients go into no ``.grad``.

    Args:
        model: A module with values, on any device; wrappers are seen through.
        batch: The forward's arguments: a tensor, a tuple of positional or a dictionary of named
            ones.
        loss: A function of the output, targets, or nothing.

    Returns:
        What was seen; if the model raised midway, what was seen until then.

    Raises:
        ModelError: A parameter has no values, or the forward fails before its first step.
    """
    inner = unwrapped(model)
    check_filled(inner)
    inputs = [tensor for _, tensor in calls.tensors_in(batch)]
    size = inputs[0].shape[0] if inputs and inputs[0].dim() else 0
    watcher = Watcher(Tape(holds=False), size)
    return _run(inner, batch, loss, watcher)


@contextmanager
def recorded(
    model: nn.Module, batch: Any, listener: Listener, tape: Tape | None = None
) -> Iterator[Run]:
    """One forward with gradients, heard step by step; the model is put back at the end.

    Args:
        model: The module.
        batch: The forward's arguments.
        listener: Hears of every step.
        tape: What is written.

    Yields:
        Run: The run; the body may go back from its outputs.
    """
    tape = Tape(holds=False) if tape is None else tape
    given = placed(batch, model, None)
    with (
        torch.inference_mode(mode=False),
        torch.enable_grad(),
        as_measured(model),
        existing(None) as held,
    ):
        recorder = Recorder(tape, *addresses(model), held=held, listener=listener)
        for name, tensor in calls.tensors_in(given):
            tape.add("input", (), tensor, path=name, signal=True)
        with eager(), scopes(model, recorder), recorder:
            outputs = call(model, given)
        results = [tensor for name, tensor in calls.tensors_in(outputs) if STATE not in name]
        ends = tuple(dict.fromkeys(recorder.step_of(tensor) for tensor in results))
        yield Run(tape, outputs, ends)


def _run(model: nn.Module, batch: Any, loss: losses.LossLike, watcher: Watcher) -> Observation:
    tape, gradients, start = watcher.tape, dict[str, Values](), Loss("none")
    ends: tuple[int, ...] = ()
    raised = ""
    try:
        with recorded(model, batch, watcher, tape) as run:
            ends = run.ends
            scalar, start = losses.started(run.outputs, loss)
            gradients = _gradients(model, scalar)
    except errors.IsometryError:
        raise
    except Exception as problem:
        if not watcher.steps:
            raise failed(model, problem) from problem
        raised = said(problem)
    graph = Graph(tuple(tape.nodes), ends, _unused(model, tape), notes(tape.nodes, tape))
    return Observation(graph, watcher.batch, watcher.found(), gradients, start, raised)


def _gradients(model: nn.Module, scalar: Tensor | None) -> dict[str, Values]:
    """Moments of the gradient of every parameter that one reaches."""
    held = [(path, one) for path, one in model.named_parameters() if one.requires_grad]
    if scalar is None or not held:
        return {}
    arrived: tuple[Tensor | None, ...] = torch.autograd.grad(
        scalar, [one for _, one in held], allow_unused=True
    )
    return {
        path: statistics.values(gradient.detach().to_dense())
        for (path, _), gradient in zip(held, arrived, strict=True)
        if gradient is not None
    }


def _unused(model: nn.Module, tape: Tape) -> tuple[str, ...]:
    used = {node.path for node in tape.nodes if node.family == "parameter"}
    return tuple(path for path in addresses(model)[0].values() if path not in used)


def unwrapped(model: nn.Module) -> nn.Module:
    """What a compiled or parallel module holds, all the way in."""
    inner: Any = model
    while True:
        if isinstance(inner, nn.DataParallel | nn.parallel.DistributedDataParallel):
            inner = inner.module
        elif isinstance(inner._modules.get("_orig_mod"), nn.Module):
            inner = inner._modules["_orig_mod"]  # the name that torch.compile gives it
        else:
            return inner  # type: ignore[no-any-return]  # a module, reached through Any


def check_filled(model: nn.Module) -> None:
    """Refuse a model without values.

    Args:
        model: Any module.

    Raises:
        ModelError: A parameter is on the meta device.
    """
    for path, parameter in model.named_parameters():
        if parameter.is_meta:
            raise errors.ModelError(
                "the parameter is on the meta device and has no values",
                needed="a model with values",
                do="fill it first: isometry.materialize(model, isometry.plan(model))",
                path=path,
            )
