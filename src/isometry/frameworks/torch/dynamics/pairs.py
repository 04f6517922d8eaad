"""Weights that make units, with the weights that take them: read from the graph."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from isometry.frameworks.torch.graphing import graph
from isometry.frameworks.torch.slots import Slot, slots
from isometry.graphs import Graph
from isometry.graphs.labels import Parts, parts
from isometry.graphs.maps import Map
from isometry.graphs.stacks import stacks

LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
KINDS = ("conv", "linear")
"""Maps whose outputs lie along the first axis of the weight, and inputs along the second."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two weights of a plain stack, one behind the other.

    Attributes:
        before: Makes the units; one row each.
        biases: Added to what it makes.
        activation: Between the two; empty where there is none.
        after: Takes the units.
        units: How many there are.
        onward: Trained and added to what ``after`` makes, and to nothing else.
    """

    before: Slot
    biases: tuple[Slot, ...]
    activation: str
    after: Slot
    units: int
    onward: tuple[Slot, ...] = ()

    @property
    def audible(self) -> bool:
        """Whether what enters both layers is what their modules are called with."""
        return all(isinstance(one.owner, LAYERS) for one in (self.before, self.after))

    def incoming(self) -> Tensor:
        """The weights into each unit, shape (units, inputs); a view."""
        return self.before.tensor.detach().view(self.units, -1)

    def outgoing(self) -> Tensor:
        """The weights out of each unit, shape (outputs, units, places); a view."""
        return self.outgoing_of(self.after.tensor.detach())

    def outgoing_of(self, like: Tensor) -> Tensor:
        """A tensor of the second weight's shape in that view."""
        return like.view(like.shape[0], self.units, -1)

    def by_unit(self, entering: Tensor) -> Tensor:
        """What enters the second layer, shape (units, numbers): all that each unit said."""
        axis = 1 - self.after.tensor.dim()  # the last one, or the one before a window
        return entering.movedim(axis, 0).reshape(self.units, -1)


def pairs(model: nn.Module, batch: Any) -> tuple[Pair, ...]:
    """Every two such weights, in execution order; shared, tied, grouped and parametrized left out.

    Args:
        model: A module with values.
        batch: The forward's arguments.

    Returns:
        The pairs; two that follow one another share a weight.
    """
    return pairs_in(graph(model, batch), model)


def pairs_in(traced: Graph, model: nn.Module) -> tuple[Pair, ...]:
    """The same from a graph of the model.

    Args:
        traced: The graph.
        model: The module that it is of.

    Returns:
        The pairs.
    """
    held = {slot.path: slot for slot in slots(model) if slot.parametrization is None}
    return tuple(_pairs(parts(traced), held))


def _pairs(found: Parts, held: dict[str, Slot]) -> Iterator[Pair]:
    uses = Counter(path for one in found.maps.values() for path in one.weights + one.biases)
    for stack in stacks(found):
        links = zip(stack.steps[:-1], stack.activations, stack.steps[1:], strict=True)
        for first, activation, second in links:
            before, after = found.maps[first], found.maps[second]
            names = (*before.weights, *before.biases, *after.weights)
            plain = all(name in held and uses[name] == 1 for name in names)
            if plain and _shaped(before, after, held):
                one, two = (held[made.weights[0]] for made in (before, after))
                biases = tuple(held[path] for path in before.biases)
                own = tuple(held[path] for path in after.biases if _free(held, uses, path))
                yield Pair(one, biases, activation, two, one.tensor.shape[0], own)


def _free(held: dict[str, Slot], uses: Counter[str], path: str) -> bool:
    return path in held and uses[path] == 1 and held[path].tensor.requires_grad


def _shaped(before: Map, after: Map, held: dict[str, Slot]) -> bool:
    """Whether the second weight's inputs are the first one's units, or places of each unit."""
    if {before.kind, after.kind} - {*KINDS} or len(before.weights + after.weights) != 2:
        return False
    one, two = (held[made.weights[0]].tensor for made in (before, after))
    whole = two.numel() == two.shape[0] * after.fan_in  # no groups
    contiguous = one.is_contiguous() and two.is_contiguous()
    return contiguous and whole and two.shape[1] % one.shape[0] == 0
