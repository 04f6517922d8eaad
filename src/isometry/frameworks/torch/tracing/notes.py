"""What could not be seen in a run, in words."""

from collections.abc import Iterable

from isometry.frameworks.torch.tracing.tape import Tape
from isometry.graphs import Node


def notes(nodes: Iterable[Node], tape: Tape) -> tuple[str, ...]:
    """One sentence for each thing that a graph cannot answer for.

    Args:
        nodes: The graph's steps.
        tape: What else is known of the run.

    Returns:
        The sentences, each once; none where all was seen.
    """
    unknown = [
        (_why(node), node.path) for node in nodes if node.family == "unknown" and node.signal
    ]
    looks = [(LOOKED.format(op), path) for path, op in tape.looks]
    places: dict[str, list[str]] = {}
    for why, path in (*unknown, *looks):
        places.setdefault(why, []).append(path or "the model itself")
    return tuple(f"{why} ({_told(where)})" for why, where in places.items())


LOOKED = "{} hands a value of the signal to Python: the graph is that of this example alone"


def _why(node: Node) -> str:
    if node.op == "unseen":
        return "a value comes from code that torch does not announce: what it depends on is unknown"
    if node.op == "torchscript":
        return "TorchScript runs outside of Python: its inside is one step of unknown effect"
    return f"no rule describes {node.op}: its effect on the signal is unknown"


def _told(where: list[str]) -> str:
    distinct = list(dict.fromkeys(where))
    more = len(distinct) - 1
    return f"in {distinct[0]}" + (f" and {more} more" if more else "")
