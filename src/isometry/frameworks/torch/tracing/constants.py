"""Values of what depends on no signal: masks, indices, tables of positions.

Fake tensors have none. This mode repeats the calls whose every operand is a constant on real
numbers, and notes afterwards, on the steps that take one, what the forecast needs to know of it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import nn
from torch._subclasses.fake_tensor import (
    DataDependentOutputException,
    DynamicOutputShapeException,
    FakeTensor,
    unset_fake_temporarily,
)
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree as pytree

from isometry.frameworks.torch.tracing import calls, summaries
from isometry.frameworks.torch.tracing.tape import Tape
from isometry.graphs.node import Attribute, Node

LARGEST = 2**24
"""Elements of the largest constant that is followed."""

CHANCE = ("bernoulli", "multinomial", "normal", "rand", "empty")
"""Calls that draw numbers, or have none, start with one of these."""

UNANSWERED = (DataDependentOutputException, DynamicOutputShapeException)
"""What fake tensors raise where only a value answers: that of a constant is known."""


class Constants(TorchFunctionMode):
    """Follows real values beside the run, for tensors that no signal and no parameter touches.

    It holds the real value of a tensor by its identity, the identities of tensors that carry signal
    or come from a parameter, and the tensors themselves, so that no identity is used again.

    Args:
        model: What is about to run.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.values: dict[int, torch.Tensor] = {}
        self.others: set[int] = {id(parameter) for parameter in model.parameters()}
        self.kept: list[torch.Tensor] = []

    def know(self, given: Any, example: Any) -> None:
        """Inputs of whole numbers steer the run and are as in the example; others are signal."""
        pairs = zip(calls.tensors_in(given), calls.tensors_in(example), strict=True)
        for (_, tensor), (_, real) in pairs:
            self.kept.append(tensor)
            if real.is_floating_point() or real.is_complex() or real.is_meta:
                self.others.add(id(tensor))
            elif not isinstance(real, FakeTensor):
                self.values[id(tensor)] = real.cpu()

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run one call, and once more on real values where all of its operands have them."""
        kwargs = kwargs or {}
        operands = [tensor for _, tensor in calls.tensors_in((args, kwargs))]
        followed = all(self._has_value(tensor) for tensor in operands)
        real = self._repeated(func, args, kwargs) if followed else None
        try:
            result = func(*args, **kwargs)
        except UNANSWERED:
            if real is None:
                raise
            result = pytree.tree_map(partial(_like, device=operands[0].device), real)
        self._remember(result, real)
        return result

    def _has_value(self, tensor: torch.Tensor) -> bool:
        if id(tensor) in self.values:
            return True
        if id(tensor) in self.others or isinstance(tensor, FakeTensor) or tensor.is_meta:
            return False
        self.kept.append(tensor)
        with unset_fake_temporarily():
            self.values[id(tensor)] = tensor.detach().clone().cpu()
        return True

    def _repeated(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if calls.name_of(func).startswith(CHANCE):
            return None
        given, named = pytree.tree_map(self._real, (args, kwargs))
        try:
            with unset_fake_temporarily():
                return func(*given, **named)
        except Exception:  # a call that fails on values alone is one whose value stays unknown
            return None

    def _real(self, leaf: Any) -> Any:
        if isinstance(leaf, torch.Tensor):
            return self.values[id(leaf)]
        return torch.device("cpu") if isinstance(leaf, torch.device) else leaf

    def _remember(self, result: Any, real: Any) -> None:
        made = [tensor for _, tensor in calls.tensors_in(result)]
        values = [tensor for _, tensor in calls.tensors_in(real)]
        known = len(made) == len(values)
        for position, tensor in enumerate(made):
            self.kept.append(tensor)
            if known and values[position].numel() <= LARGEST:
                self.values[id(tensor)] = values[position]
            elif id(tensor) not in self.values:
                self.others.add(id(tensor))


def _like(leaf: Any, *, device: torch.device) -> Any:
    """A fake tensor for a real one, as a factory makes them under the fake mode of the run."""
    if not isinstance(leaf, torch.Tensor):
        return leaf
    return torch.empty(leaf.shape, dtype=leaf.dtype, device=device)


def noted(tape: Tape, constants: Constants) -> tuple[Node, ...]:
    """The steps, those that take a constant with what is known of it among their attributes."""
    values = {
        step: constants.values[tensor]
        for tensor, step in tape.owner.items()
        if tensor in constants.values and constants.values[tensor].numel()
    }
    with unset_fake_temporarily():
        return tuple(
            replace(node, attributes=tuple(sorted(dict((*node.attributes, *more)).items())))
            if (more := tuple(_facts(node, values)))
            else node
            for node in tape.nodes
        )


def _facts(node: Node, values: Mapping[int, torch.Tensor]) -> Iterator[tuple[str, Attribute]]:
    slots = dict(zip(node.slots, node.inputs, strict=True))
    if node.op in ("embedding", "embedding_bag") and slots.get("input") in values:
        yield from summaries.coincidences(values[slots["input"]])
        yield from summaries.padding(values[slots["input"]], node.attribute("padding_idx"))
    if node.signal:
        mask = summaries.visible(
            node, {name: values[i] for name, i in slots.items() if i in values}
        )
        yield from () if mask is None else summaries.sight(mask)
    if not node.signal and node.index in values and node.dtype.startswith("float"):
        yield from summaries.levels(values[node.index])
