"""Hears of every step of a forward and keeps numbers of it; gradients reach it by hooks."""

import math
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from isometry.frameworks.torch.observing import statistics
from isometry.frameworks.torch.tracing.tape import Tape
from isometry.graphs.node import Node
from isometry.measurements import Step, Values

SILENT = frozenset(("constant", "dropout", "input", "mask", "parameter", "view", "write"))
"""Families whose steps move or hide values that were seen before."""

SPREAD = frozenset(("activation", "add", "contraction", "gate", "norm", "unknown", "weight"))
"""Families whose steps are looked at unit by unit, and whose gradients are kept."""


class Watcher:
    """Collects what is seen of the steps of one run.

    Args:
        tape: What the recorder writes.
        batch: How many samples went in, 0 where unknown.
    """

    def __init__(self, tape: Tape, batch: int) -> None:
        self.tape = tape
        self.batch = batch
        self.steps: dict[int, Step] = {}
        self.gradients: dict[int, Values] = {}

    def __call__(self, index: int, out: Tensor, named: dict[str, Any]) -> None:
        """Look at what a step has made."""
        node = self.tape.nodes[index]
        if not node.signal or node.family in SILENT or not _fractional(out):
            return
        if node.family in SPREAD and out.requires_grad:
            out.register_hook(self._hook(index))  # type: ignore[no-untyped-call]  # torch's own
        with torch.no_grad():
            self.steps[index] = self._seen(node, out.detach(), named)

    def _hook(self, index: int) -> Any:
        def hear(gradient: Tensor) -> None:
            with torch.no_grad():
                self.gradients[index] = statistics.values(gradient.detach())

        return hear

    def _seen(self, node: Node, out: Tensor, named: dict[str, Any]) -> Step:
        step = Step(node.index, statistics.values(out))
        if not out.numel():
            return step
        if node.family in SPREAD:
            step = self._spread(node, out, step)
        match node.family:
            case "softmax" if out.dim() > 2 and node.attribute("dim") in (-1, out.dim() - 1):
                share, visible = statistics.entropy(out, named["input"])
                return replace(step, entropy=share, visible=visible)
            case "attention" if node.op == "scaled_dot_product_attention":
                share, visible, logits = statistics.attention(named)
                return replace(step, entropy=share, visible=visible, logits=logits)
            case _:
                return step

    def _spread(self, node: Node, out: Tensor, step: Step) -> Step:
        axis = statistics.unit_axis(node.op, out)
        low, high = statistics.units(out, axis)
        grouped = self.batch > 1 and out.dim() > 1 and out.shape[0] == self.batch
        return replace(
            step,
            histogram=statistics.histogram(out, step.values),
            unit_low=low,
            unit_high=high,
            cosines=statistics.cosines(out) if grouped else step.cosines,
            positions=statistics.positions(out[0]) if grouped and out.dim() == 3 else math.nan,
        )

    def found(self) -> dict[int, Step]:
        """All that was seen, with the gradients that have arrived."""
        return {
            index: replace(step, gradient=self.gradients.get(index))
            for index, step in self.steps.items()
        }


def _fractional(out: Tensor) -> bool:
    return out.is_floating_point() or out.is_complex()
