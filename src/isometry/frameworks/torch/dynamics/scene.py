"""The model that is kept up, its optimizer, and what the graph shows: looked at once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import nn

from isometry import errors, graphs, plans
from isometry.frameworks.torch import kinds
from isometry.frameworks.torch.describe import described
from isometry.frameworks.torch.dynamics.pairs import Pair, pairs_in
from isometry.frameworks.torch.graphing import graph
from isometry.frameworks.torch.observing.observe import check_filled, unwrapped
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.tracing.capture import placed
from isometry.parameters import Parameter


@dataclass(frozen=True)
class Scene:
    """What all parts share.

    Attributes:
        outer: The model as training calls it.
        model: The model, out of its wrappers.
        optimizer: What trains it.
        example: The forward's arguments, on its device.
        seed: Of fresh weights.
        planned: Where they come from, if any part needs it.
    """

    outer: nn.Module
    model: nn.Module
    optimizer: torch.optim.Optimizer
    example: Any
    seed: int
    planned: plans.Plan | None

    @property
    def plan(self) -> plans.Plan:
        """The plan.

        Raises:
            InputError: There is none.
        """
        if self.planned is None:
            raise errors.InputError(
                "there is no plan", needed="one for the parts that draw weights", do="pass plan="
            )
        return self.planned

    @cached_property
    def graph(self) -> graphs.Graph:
        """The dataflow of one forward."""
        return graph(self.model, self.example)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Weights that make units with those that take them; all of them are trained."""
        return tuple(one for one in pairs_in(self.graph, self.model) if _trained(one))

    @cached_property
    def restartable(self) -> tuple[Pair, ...]:
        """Those whose units can be heard and that the plan has fresh weights for."""
        paths = {path for one in self.plan if one.scheme is not None for path in one.paths}
        return tuple(one for one in self.pairs if one.audible and one.before.path in paths)

    @cached_property
    def uses(self) -> dict[str, tuple[graphs.Use, ...]]:
        """Every use of each weight, by its path."""
        found: dict[str, tuple[graphs.Use, ...]] = {}
        for use in graphs.read(self.graph).uses:
            for path in use.map.weights:
                found[path] = (*found.get(path, ()), use)
        return found

    @cached_property
    def slots(self) -> dict[str, tuple[Slot, Parameter]]:
        """Trainable parameters that are stored as they are, with their descriptions."""
        return {
            slot.path: (slot, known)
            for slot, known in described(self.model)
            if slot.kind == "parameter"
            and slot.parametrization is None
            and slot.tensor.requires_grad
        }


def scene(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    example: Any,
    *,
    plan: plans.Plan | None,
    seed: int,
) -> Scene:
    """A model with its optimizer, checked.

    Args:
        model: The model, in wrappers or not.
        optimizer: What trains it.
        example: The forward's arguments.
        plan: Where fresh weights come from.
        seed: Of these.

    Returns:
        Both, with what the parts ask for.

    Raises:
        ModelError: The model has no values, or its parameters are shards.
        InputError: The optimizer trains none of them, or is one without a memory by entry.
    """
    inner = unwrapped(model)
    check_filled(inner)
    _check_whole(inner)
    own = _unwrapped(optimizer)
    _check_optimizer(inner, own)
    return Scene(model, inner, own, placed(example, inner, None), seed, plan)


def _unwrapped(optimizer: torch.optim.Optimizer) -> torch.optim.Optimizer:
    """The optimizer within what Accelerate makes of it, which takes no hooks itself."""
    inner = getattr(optimizer, "optimizer", None)
    return _unwrapped(inner) if isinstance(inner, torch.optim.Optimizer) else optimizer


def _trained(one: Pair) -> bool:
    return all(slot.tensor.requires_grad for slot in (one.before, *one.biases, one.after))


def _check_whole(model: nn.Module) -> None:
    flat = any(type(module).__name__ == "FullyShardedDataParallel" for module in model.modules())
    for path, parameter in model.named_parameters():
        if flat or kinds.is_dtensor(parameter):
            raise errors.ModelError(
                "the parameter is sharded",
                needed="parameters that are whole on each rank",
                do="use data parallelism without shards, or train without dynamic",
                path=path,
            )


def _check_optimizer(model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    own = {id(parameter) for parameter in model.parameters()}
    trained = (id(one) for group in optimizer.param_groups for one in group["params"])
    if own.isdisjoint(trained):
        raise errors.InputError(
            "the optimizer trains no parameter of the model",
            needed="the optimizer of this model",
            do="build it from model.parameters()",
            path=type(model).__name__,
        )
    if isinstance(optimizer, torch.optim.LBFGS):
        raise errors.InputError(
            "LBFGS remembers whole steps, which a changed weight makes wrong",
            needed="an optimizer that remembers one number an entry",
            do="use another optimizer, such as torch.optim.SGD or Adam",
            path=type(model).__name__,
        )
