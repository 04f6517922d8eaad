"""Two values made by the same weights from different inputs, as in a siamese net.

They are to each other what two samples are: ``E a b`` is the product of two samples, not of means.
"""

from isometry.graphs.links import Links


def are_twins(links: Links, one: int, other: int) -> bool:
    """Whether two values come from different inputs by the same steps and the same weights.

    Args:
        links: The graph.
        one: Step of a value.
        other: Step of the other.

    Returns:
        True where one weight at least is shared and each step has its like.
    """
    waiting, seen, shared = [(one, other)], set[tuple[int, int]](), False
    while waiting:
        pair = waiting.pop()
        if pair in seen:
            continue
        seen.add(pair)
        if pair[0] == pair[1]:
            if links.node(pair[0]).signal:
                return False  # both come from one value: more than their law is common to them
            shared = shared or links.learned[pair[0]]
            continue
        if not _alike(links, *pair):
            return False
        waiting += zip(links.node(pair[0]).inputs, links.node(pair[1]).inputs, strict=True)
    return shared


def _alike(links: Links, one: int, other: int) -> bool:
    """Whether two steps do the same to a signal; a weight has no like but itself."""
    a, b = links.node(one), links.node(other)
    same = (a.op, a.slots, a.attributes, a.shape) == (b.op, b.slots, b.attributes, b.shape)
    return same and a.signal and b.signal
