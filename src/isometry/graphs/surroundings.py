"""What a graph says of each tensor, written into the tensor's description."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from isometry.graphs.branches import Branch, branches
from isometry.graphs.graph import Graph
from isometry.graphs.labels import Parts, label, origins, parts
from isometry.graphs.packing import Packed, packed
from isometry.graphs.reading import Residual, Use, read
from isometry.graphs.scalars import scalars
from isometry.graphs.stacks import stacks
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
    found, reading = parts(graph), read(graph)
    blocks = _blocks(found, branches(found, reading.joins))
    uses: dict[str, list[Use]] = {}
    for use in reading.uses:
        for path in dict.fromkeys((*use.map.weights, *use.map.biases)):
            uses.setdefault(path, []).append(use)
    return tuple(_surrounded(found, blocks, one, uses) for one in parameters)


Place = tuple[int, int, int]
"""Number of a plain stack, place in it, and how many weights it has."""

NOWHERE: Place = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """What is known of blocks and stacks by weight, and of learned factors by path."""

    branches: dict[int, Branch]
    packed: dict[int, Packed]
    scalars: dict[str, Surroundings]
    places: dict[int, Place]


def _blocks(found: Parts, measured: tuple[Branch, ...]) -> _Blocks:
    """Of branches inside one another the inner one counts, which ends first."""
    innermost = {step: one for one in reversed(measured) for step in one.join.branch}
    held = packed(found, measured), scalars(found, measured), _places(found)
    return _Blocks(innermost, *held)


def _places(found: Parts) -> dict[int, Place]:
    """The place of each step of a weight that stands in a plain stack."""
    return {
        step: (number, level, len(stack.steps))
        for number, stack in enumerate(stacks(found), 1)
        for level, step in enumerate(stack.steps, 1)
    }


def _place(uses: Sequence[Use], places: dict[int, Place]) -> Place:
    """Where a weight stands in its stack; nowhere if its uses do not agree."""
    held = [places.get(use.map.step, NOWHERE) for use in uses]
    return held[0] if len({one[1:] for one in held}) == 1 else NOWHERE


def _surrounded(
    found: Parts, blocks: _Blocks, parameter: Parameter, uses: dict[str, list[Use]]
) -> Parameter:
    known = next((uses[path] for path in (parameter.path, *parameter.ties) if path in uses), [])
    if not known:
        free = parameter.role == "free"  # a norm's own gain is known for what it is
        factor = blocks.scalars.get(parameter.path) if free else None
        return parameter if factor is None else replace(parameter, surroundings=factor)
    return replace(parameter, surroundings=_surroundings(found, blocks, known))


def _surroundings(found: Parts, blocks: _Blocks, uses: Sequence[Use]) -> Surroundings:
    stack, level, levels = _place(uses, blocks.places)
    standing = max(uses, key=lambda use: (use.residual != "-", use.residual == "T"))
    around = blocks.branches.get(standing.map.step)
    does = [blocks.packed.get(use.map.step, Packed()) for use in uses]
    return Surroundings(
        sources=_words(word for use in uses for word in use.before),
        consumers=_words(word for use in uses for word in use.after),
        feeds=_words(word for use in uses for word in _feeds(found, use)),
        residual=STANDING[standing.residual],
        place=standing.place,
        depth=standing.depth,
        uses=len(uses),
        length=_length(found, uses),
        stack=stack,
        level=level,
        levels=levels,
        stream=around.join.stream if around else 0,
        parts=tuple(dict.fromkeys(part for one in does for part in one.parts)),
        sizes=does[0].sizes,
        height=around.height if around else 0,
        normed=around.normed if around else "",
        cross=any(one.cross for one in does),
    )


def _length(found: Parts, uses: Sequence[Use]) -> int:
    """Steps of the longest sequence that a recurrent layer's weight runs over."""
    nodes = [found.links.node(use.map.step) for use in uses if use.map.kind == "recurrent"]
    shapes = [(found.links.node(node.inputs[0]).shape, node) for node in nodes]
    return max(
        (
            shape[-2 if node.attribute("batch_first") is True else -3]
            for shape, node in shapes
            if len(shape) == 3
        ),
        default=0,
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
