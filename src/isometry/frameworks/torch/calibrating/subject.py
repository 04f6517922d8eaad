"""What is calibrated: a model, a batch, and which tensors may change."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from torch import nn

from isometry import graphs, plans
from isometry.calibrations import Adjustment
from isometry.frameworks.torch.describe import described
from isometry.frameworks.torch.graphing import graph
from isometry.frameworks.torch.observing.losses import LossLike
from isometry.frameworks.torch.observing.observe import check_filled, unwrapped
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.tracing.capture import placed
from isometry.frameworks.torch.tracing.examples import example_for
from isometry.parameters import Parameter

UNUSED = "no call was seen that uses it as a weight"


@dataclass(frozen=True)
class Subject:
    """A model with the batch that it is calibrated on.

    Attributes:
        model: The model, out of its wrappers.
        given: The forward's arguments, on its device.
        loss: Where a gradient starts.
        choice: Which tensors may change.
        held: Every parameter and buffer with its description.
    """

    model: nn.Module
    given: Any
    loss: LossLike
    choice: plans.Choice
    held: tuple[tuple[Slot, Parameter], ...]

    @cached_property
    def slots(self) -> tuple[tuple[Slot, Parameter], ...]:
        """Every parameter with its description."""
        return tuple(pair for pair in self.held if pair[0].kind == "parameter")

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """Descriptions by path."""
        return {parameter.path: parameter for _, parameter in self.slots}

    @cached_property
    def uses(self) -> dict[str, graphs.Use]:
        """What the graph says of the first use of each weight."""
        uses = graphs.read(graph(self.model, self.given)).uses
        return {path: use for use in reversed(uses) for path in use.map.weights}

    def kept(self, path: str) -> str:
        """Why the caller keeps a tensor; empty where they do not."""
        known = self.parameters[path]
        return self.choice.kept_by((path, *known.ties))

    def record(self, done: dict[str, Adjustment]) -> tuple[Adjustment, ...]:
        """A line for every parameter; those that nothing was done to say why."""
        return tuple(
            done.get(path) or Adjustment(path, "kept", self._reason(path))
            for path in self.parameters
        )

    def _reason(self, path: str) -> str:
        kept = self.kept(path)
        return f"kept by {kept}" if kept else UNUSED


def subject(
    model: nn.Module,
    batch: Any,
    loss: LossLike,
    *,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
) -> Subject:
    """The model and the batch, checked.

    Args:
        model: The model, in wrappers or not.
        batch: The forward's arguments; made from what the model says of its inputs if ``None``.
        loss: Where a gradient starts.
        only: Globs of paths; everything else is kept.
        skip: Globs of paths to keep.

    Returns:
        Both, with the model's parameters described.

    Raises:
        ModelError: The model has no values.
        DeadRuleError: A glob matches nothing.
    """
    inner = unwrapped(model)
    check_filled(inner)
    given = placed(example_for(inner) if batch is None else batch, inner, None)
    choice = plans.Choice(_globs(only), _globs(skip))
    found = Subject(inner, given, loss, choice, described(inner))
    plans.refuse(list(choice.dead([parameter for _, parameter in found.slots])))
    return found


def _globs(given: Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
