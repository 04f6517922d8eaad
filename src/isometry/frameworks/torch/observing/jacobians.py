"""The Jacobian between two steps of a forward, for one sample."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils import _pytree as pytree

from isometry.frameworks.torch.observing.observe import recorded, unwrapped
from isometry.graphs import Graph
from isometry.measurements import Course, Spectrum
from isometry.measurements.spectrum import LARGEST, PROBES, of_matrix, of_probes

SEED = 0


def spectrum(
    model: nn.Module, batch: Any, graph: Graph, course: Course, size: int
) -> Spectrum | None:
    """How one sample's directions are stretched between the ends of a course.

    Args:
        model: The module; left as it is.
        batch: What it was observed on.
        graph: What was observed.
        course: Its ends are the ends of the Jacobian.
        size: Samples in the batch; the exact spectrum is computed where it costs no more than two
            backward passes over so many.

    Returns:
        The spectrum; ``None`` where one sample alone runs another way, or its layers look at other
        samples.
    """
    if size < 1 or any(node.op == "batch_norm" for node in graph.nodes):
        return None
    held: dict[int, Tensor] = {}
    ends = course.steps[0], course.steps[-1]

    def keep(index: int, out: Tensor, _: Any) -> None:
        if index in ends:
            held[index] = out

    with recorded(unwrapped(model), _one(batch, size), keep) as run:
        same = all(index in held and _alike(graph, run.tape.nodes, index) for index in ends)
        if not same or not held[ends[0]].requires_grad:
            return None
        return _measured(held[ends[0]], held[ends[1]], course, size)


def _one(batch: Any, size: int) -> Any:
    """The first sample, as a batch of one."""

    def cut(leaf: Any) -> Any:
        whole = isinstance(leaf, Tensor) and leaf.dim() > 0 and leaf.shape[0] == size
        return leaf[:1] if whole else leaf

    return pytree.tree_map(cut, batch)


def _alike(graph: Graph, nodes: Any, index: int) -> bool:
    ours, theirs = graph.nodes[index], nodes[index]
    return bool(ours.op == theirs.op and ours.shape[1:] == theirs.shape[1:])


def _measured(first: Tensor, last: Tensor, course: Course, size: int) -> Spectrum | None:
    outputs = last.numel()
    exact = outputs <= min(LARGEST, 2 * size) and first.numel() <= 4 * LARGEST
    if exact:
        directions = torch.eye(outputs, device=last.device, dtype=last.dtype)
    else:
        generator = torch.Generator().manual_seed(SEED)
        directions = torch.randn(PROBES, outputs, generator=generator).to(last.device, last.dtype)
    back = _carried(first, last, directions)
    if back is None or not np.isfinite(back).all():
        return None
    return of_matrix(course, back) if exact else of_probes(course, (back**2).sum(1), outputs)


def _carried(first: Tensor, last: Tensor, directions: Tensor) -> Any:
    """``uᵀ J`` for each direction ``u``, shape (directions, inputs)."""
    shaped = directions.reshape(-1, *last.shape)
    try:
        rows: Tensor | None = torch.autograd.grad(
            last, first, shaped, retain_graph=True, is_grads_batched=True, allow_unused=True
        )[0]
    except RuntimeError:  # an operation that cannot be run for several directions at once
        rows = _one_by_one(first, last, shaped)
    return None if rows is None else rows.detach().double().flatten(1).cpu().numpy()


def _one_by_one(first: Tensor, last: Tensor, directions: Tensor) -> Tensor | None:
    rows: list[Tensor] = []
    for one in directions:
        row: Tensor | None = torch.autograd.grad(
            last, first, one, retain_graph=True, allow_unused=True
        )[0]
        if row is None:
            return None
        rows.append(row)
    return torch.stack(rows)
