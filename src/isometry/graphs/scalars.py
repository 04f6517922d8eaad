"""Learned factors on residual branches: one number, or one for each feature."""

from isometry.graphs.branches import Branch
from isometry.graphs.labels import Parts
from isometry.graphs.ways import behind
from isometry.parameters import Surroundings


def scalars(found: Parts, measured: tuple[Branch, ...]) -> dict[str, Surroundings]:
    """The parameters that multiply all that a branch adds to its stream, by path.

    They stand as ``output``: where one is 0, its branch is.
    """
    return {
        path: Surroundings(
            sources=("branch",),
            consumers=("join",),
            residual="output",
            place=one.join.place,
            depth=one.join.depth,
            stream=one.join.stream,
            height=one.height,
            normed=one.normed,
        )
        for one in measured
        for path in _factors(found, one)
    }


def _factors(found: Parts, one: Branch) -> set[str]:
    """Paths of what multiplies the one value that a branch adds, its last weights behind it."""
    ends = [i for i in found.links.signals(one.join.step) if _carries(found, one, i)]
    return {path for end in ends[:1] for path in _on_the_way(found, one, end)}


def _carries(found: Parts, one: Branch, step: int) -> bool:
    """Whether a value is made by weights of the branch."""
    weights = {*one.join.branch}
    seen: set[int] = set()
    waiting = [step]
    while waiting:
        at = waiting.pop()
        if at in weights:
            return True
        if at > one.join.start and at not in seen:
            seen.add(at)
            waiting += found.links.signals(at)
    return False


def _on_the_way(found: Parts, one: Branch, end: int) -> set[str]:
    """Learned factors on the way from the branch's last weight; none behind a fork."""
    paths: set[str] = set()
    at = end
    while at > one.join.start and at not in found.maps:
        node = found.links.node(at)
        if node.op == "mul":
            paths |= {
                found.links.node(i).path
                for i in node.inputs
                if found.links.node(i).family == "parameter"
            }
        signals = found.links.signals(at)
        if len(signals) != 1 or not (behind(found, at) or node.family == "scale"):
            break
        at = signals[0]
    return paths
