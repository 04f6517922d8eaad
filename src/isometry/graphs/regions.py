"""Elementwise regions: stretches of the graph that are one function of one signal.

A model may write GELU as one call or as eight. A region is the set of elementwise steps between a
root and one value that leaves; it is named by comparing its values with every known activation.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from isometry import theory
from isometry.graphs import replay
from isometry.graphs.links import Links
from isometry.graphs.sources import Sources


@dataclass(frozen=True, slots=True)
class Region:
    """One value that leaves a region.

    Attributes:
        exit: The step whose value leaves.
        root: The step that the region is a function of.
        steps: The steps between, root left out, exit included, in order.
        nonlinear: Whether it is more than scaling and shifting.
        name: Name of the activation: one that ``theory.activation`` knows, else the operation's
            own, else ``"composite"``; empty for a linear region.
    """

    exit: int
    root: int
    steps: tuple[int, ...]
    nonlinear: bool
    name: str


def regions(links: Links, found: Sources) -> dict[int, Region]:
    """Every value that leaves a region, by its step; those inside hand-written norms left out."""
    nodes, root = links.graph.nodes, found.root
    exits = (
        i
        for i in range(len(nodes))
        if root[i] != i
        and i not in found.inside
        and (
            links.is_output(i)
            or any(root[f] != root[i] for f in links.followers[i] if nodes[f].signal)
        )
    )
    return {i: _region(links, root, i) for i in exits}


def _region(links: Links, root_of: list[int], exit_: int) -> Region:
    root = root_of[exit_]
    steps: set[int] = set()
    waiting = [exit_]
    while waiting:
        index = waiting.pop()
        if index != root and index not in steps and root_of[index] == root:
            steps.add(index)
            waiting += links.signals(index)
    ordered = tuple(sorted(steps))
    nonlinear = any(_bends(links, index) for index in ordered)
    return Region(exit_, root, ordered, nonlinear, _name(links, root, ordered) if nonlinear else "")


def _bends(links: Links, index: int) -> bool:
    node = links.node(index)
    product = node.family == "scale" and sum(links.node(i).signal for i in node.inputs) > 1
    divides = node.op == "div" and not links.node(node.inputs[0]).signal
    return node.family == "activation" or product or divides


GRID = np.concatenate([np.linspace(-9.0, 9.0, 361), np.array([0.013, -0.017])])
"""Where functions are compared; off the symmetric points, too."""


def _name(links: Links, root: int, steps: tuple[int, ...]) -> str:
    name = _compared(links, root, steps)
    bent = [i for i in steps if _bends(links, i)]
    single = len(bent) == 1 and links.node(bent[0]).family == "activation"
    if name != "composite" or not single:
        return name
    # one activation among steps that else only scale and shift: a reader looks through those
    alone = _compared(links, links.signals(bent[0])[0], (bent[0],))
    return replay.spelled(links.node(bent[0])) if alone == "composite" else alone


def _compared(links: Links, root: int, steps: tuple[int, ...]) -> str:
    with np.errstate(all="ignore"):
        values = replay.replayed(links, root, steps, GRID)
    if values is None or not np.isfinite(values).all():
        return "composite"
    return named(tuple(np.broadcast_to(values, GRID.shape).tolist()))


CANDIDATES = (
    "relu", "gelu", "silu", "tanh", "sigmoid", "gelu_tanh", "quick_gelu", "mish", "softplus", "elu",
    "selu", "hardswish", "hardsigmoid", "hardtanh", "relu6", "relu_squared", "softsign", "arctan",
    "erf", "tanhshrink", "softshrink", "lecun_tanh", "logsigmoid", "sin", "sin(w0=30)", "abs",
)  # fmt: skip
"""Activations that a composite may turn out to be."""


@lru_cache(maxsize=256)
def named(values: tuple[float, ...]) -> str:
    """The known activation that takes these values on the grid, ``"composite"`` where none does."""
    wanted = np.array(values)
    for name in CANDIDATES:
        if _same(theory.activation(name).function(GRID), wanted):
            return name
    slope = float(wanted[0] / GRID[0])
    if _same(np.where(GRID > 0, GRID, slope * GRID), wanted):
        return f"leaky_relu({slope:.6g})"
    return "composite"


def _same(values: NDArray[np.float64], wanted: NDArray[np.float64]) -> bool:
    return bool(np.allclose(values, wanted, rtol=1e-5, atol=1e-6))
