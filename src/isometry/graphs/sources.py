"""Where each value comes from: elementwise functions of one signal, and norms written by hand.

One pass in execution order gives every step its *root*, the signal that it is an elementwise
function of. A value that is multiplied or divided by a statistic of itself has been normalised:
the pass finds that too, and remembers which steps only serve it.
"""

from dataclasses import dataclass, field

from isometry.graphs import operations
from isometry.graphs.links import Links

ELEMENTWISE = ("activation", "add", "scale")
STATISTICS = {"amax", "logsumexp", "max", "mean", "norm", "std", "sum", "var", "vector_norm"}


@dataclass(slots=True)
class Sources:
    """What the pass found.

    Attributes:
        root: For each step, the step that it is an elementwise function of; itself where none.
        statistic: For a reduction, the root of what it reduces.
        norms: Step that completes a hand-written norm → the root of what it normalises.
        inside: Steps that only serve such a norm → the step that completes it.
    """

    root: list[int] = field(default_factory=list)
    statistic: dict[int, int] = field(default_factory=dict)
    norms: dict[int, int] = field(default_factory=dict)
    inside: dict[int, int] = field(default_factory=dict)


def sources(links: Links) -> Sources:
    """Roots, statistics and hand-written norms of a graph."""
    found = Sources()
    for node in links.graph.nodes:
        found.root.append(_root(links, found, node.index))
        if node.op in STATISTICS and node.signal and links.signals(node.index):
            found.statistic[node.index] = found.root[links.signals(node.index)[0]]
    return found


def is_elementwise(links: Links, index: int) -> bool:
    """Whether a step computes each element from the same element of its signals."""
    node = links.node(index)
    return node.signal and (node.family in ELEMENTWISE or node.op in operations.CASTS)


def _root(links: Links, found: Sources, index: int) -> int:
    if not is_elementwise(links, index):
        return index
    inputs = links.signals(index)
    roots = list(dict.fromkeys(found.root[i] for i in inputs))
    if len(roots) == 1:
        return roots[0]
    normalised = _normalised(found, roots)
    if normalised is None:
        return index
    if links.node(index).family == "add":
        return normalised  # centred: a statistic of itself is subtracted
    found.norms[index] = normalised
    _absorb(links, found, index, normalised)
    return index


def _normalised(found: Sources, roots: list[int]) -> int | None:
    """The signal that meets a statistic of itself, if one of two roots is that statistic."""
    if len(roots) != 2:
        return None
    for signal, other in (roots, roots[::-1]):
        if found.statistic.get(other) == signal:
            return signal
    return None


def _absorb(links: Links, found: Sources, exit_: int, root: int) -> None:
    """Take in the steps from ``root`` to a norm's last, those left out that others need, too."""
    waiting = set(links.signals(exit_))
    while waiting:
        index = max(waiting)  # after all that take its value
        waiting.remove(index)
        if index > root and index not in found.inside and _serves(links, found, index, exit_):
            found.inside[index] = exit_
            waiting.update(links.signals(index))


def _serves(links: Links, found: Sources, index: int, exit_: int) -> bool:
    """Whether a value goes into one norm and nowhere else."""
    takers = [f for f in links.followers[index] if links.node(f).signal]
    serving = all(taker == exit_ or found.inside.get(taker) == exit_ for taker in takers)
    return serving and not links.is_output(index)
