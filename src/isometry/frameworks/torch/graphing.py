"""The graph of a torch model, in the paths that its plan speaks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torch import nn

from isometry import graphs
from isometry.frameworks.torch import paths, targets
from isometry.frameworks.torch.native import sources
from isometry.frameworks.torch.slots import slots
from isometry.frameworks.torch.tracing.capture import capture
from isometry.frameworks.torch.tracing.examples import example_for


def graph(source: sources.Source, example: Any = None) -> graphs.Graph:
    """The dataflow of one forward; the model stays as it is, and its weights need no memory.

    Args:
        source: A module on any device or on meta, or what builds one.
        example: The forward's arguments: a tensor, a tuple of positional or a dictionary of named
            ones. Where not given, it is made from what the model says of its inputs.

    Returns:
        The graph; parameters in it have the paths that they have in a plan.

    Raises:
        InputError: No example was given, and the model does not say what it takes.
        ModelError: The forward fails.

    >>> graph(nn.Sequential(nn.Linear(4, 2), nn.Tanh())).nodes[-1].op
    'tanh'
    """
    model = source if isinstance(source, nn.Module) else targets.on_meta(sources.builder(source))
    given = example_for(model) if example is None else example
    return renamed(capture(model, given), names_of(model))


def names_of(model: nn.Module) -> dict[str, str]:
    """Torch's name of every parameter to its path in a plan."""
    known = {id(slot.tensor): slot.path for slot in slots(model)}
    named = model.named_parameters(remove_duplicate=False)
    return {name: known.get(id(one), paths.normalise(name)) for name, one in named}


def renamed(found: graphs.Graph, names: Mapping[str, str]) -> graphs.Graph:
    """The graph with the paths of a plan in place of torch's names."""

    def path(name: str) -> str:
        return names.get(name) or paths.normalise(name)

    nodes = tuple(
        node if path(node.path) == node.path else replace(node, path=path(node.path))
        for node in found.nodes
    )
    return replace(found, nodes=nodes, unused=tuple(map(path, found.unused)))
