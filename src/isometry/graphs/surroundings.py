"""What a graph says of each tensor, written into the tensor's description."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from isometry.graphs.graph import Graph
from isometry.graphs.labels import Parts, label, origins, parts
from isometry.graphs.reading import Residual, Use, read
from isometry.parameters import LINEAR, Parameter, Standing, Surroundings

STANDING: dict[Residual, Standing] = {"-": "", "B": "branch", "S": "shortcut", "T": "output"}
"""What the letters of a reading are called in a selector."""


def surrounded(parameters: Sequence[Parameter], graph: Graph) -> tuple[Parameter, ...]:
    """The parameters with what the graph shows around them.

    Args:
        parameters: A model's tensors.
        graph: The dataflow of the same model; its paths are theirs.

    Returns:
        The same tensors in the same order; those that map nothing in the graph are unchanged.
    """
    found = parts(graph)
    uses: dict[str, list[Use]] = {}
    for use in read(graph).uses:
        for path in dict.fromkeys((*use.map.weights, *use.map.biases)):
            uses.setdefault(path, []).append(use)
    return tuple(_surrounded(found, one, uses) for one in parameters)


def _surrounded(found: Parts, parameter: Parameter, uses: dict[str, list[Use]]) -> Parameter:
    known = next((uses[path] for path in (parameter.path, *parameter.ties) if path in uses), [])
    return replace(parameter, surroundings=_surroundings(found, known)) if known else parameter


def _surroundings(found: Parts, uses: Sequence[Use]) -> Surroundings:
    standing = max(uses, key=lambda use: (use.residual != "-", use.residual == "T"))
    return Surroundings(
        sources=_words(word for use in uses for word in use.before),
        consumers=_words(word for use in uses for word in use.after),
        feeds=_words(word for use in uses for word in _feeds(found, use)),
        residual=STANDING[standing.residual],
        place=standing.place,
        depth=standing.depth,
        uses=len(uses),
    )


def _words(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words)))


def _feeds(found: Parts, use: Use) -> set[str]:
    """The activations that made a weight's input; none for a look-up, which no signal feeds."""
    if use.map.signal is None or not found.links.node(use.map.signal).signal:
        return set()
    return {_feed(found, step) for step in origins(found, use.map.signal)}


def _feed(found: Parts, step: int) -> str:
    """The activation whose value a step is, poolings and gates looked through."""
    word = label(found, step)
    region = found.regions.get(step)
    if region is not None and region.nonlinear:
        return word
    if word == "gate":
        return _gate(found, step)
    if word == "pooling":
        behind = [i for signal in found.links.signals(step) for i in origins(found, signal)]
        return _feed(found, behind[0]) if len(behind) == 1 else LINEAR
    return LINEAR


def _gate(found: Parts, step: int) -> str:
    """The activations that a gate multiplies; a gated linear unit's own is a sigmoid."""
    if found.links.node(step).op == "glu":
        return "sigmoid"
    behind = [i for signal in found.links.signals(step) for i in origins(found, signal)]
    bent = [word for word in (_feed(found, i) for i in behind) if word != LINEAR]
    return "*".join(sorted(bent)) or LINEAR
