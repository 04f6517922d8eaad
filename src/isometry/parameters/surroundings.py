"""Where a tensor stands in its model's dataflow, as data; read off a graph, never guessed."""

from dataclasses import dataclass
from typing import Literal, get_args

Standing = Literal["", "branch", "output", "shortcut"]
"""A weight's part in a residual sum.

``output`` is the last weight of a branch before its sum, ``branch`` any other weight of a branch,
``shortcut`` a weight on the stream's own side.
"""

STANDINGS: tuple[str, ...] = get_args(Standing)

LINEAR = "linear"
"""What feeds a weight where no activation does: a norm, an input, a sum, another weight."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a weight's input comes from and what takes its result, all its uses taken together.

    A bias has the surroundings of the weight that it is added to.

    Attributes:
        sources: What its input comes from: ``"relu"``, ``"norm"``, ``"input"``, ``"join"`` …
        consumers: What takes its result, ``"output"`` included.
        feeds: The activation that each of its inputs went through last, pooling looked through;
            two that a gate multiplies are one, joined by ``*``; ``"linear"`` where there is none.
        residual: Its part in a residual sum; empty outside of one.
        place: Which sum of its stream that is, from 1; 0 outside.
        depth: How many sums that stream has; 0 outside.
        uses: How often one forward uses it.
    """

    sources: tuple[str, ...] = ()
    consumers: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    residual: Standing = ""
    place: int = 0
    depth: int = 0
    uses: int = 1
