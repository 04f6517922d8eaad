"""Where a tensor stands in its model's dataflow, as data; read off a graph, never guessed."""

from dataclasses import dataclass
from typing import Literal, get_args

Standing = Literal["", "branch", "output", "shortcut"]
"""A weight's part in a residual sum.

``output`` is the last weight of a branch before its sum, ``branch`` any other weight of a branch,
``shortcut`` a weight on the stream's own side.
"""

STANDINGS: tuple[str, ...] = get_args(Standing)

Part = Literal["", "attention-output", "down", "gate", "head", "key", "query", "up", "value"]
"""What a weight does in its block, as the dataflow shows it.

``query``, ``key`` and ``value`` make what attention compares and averages, ``attention-output``
maps the averages; ``gate`` and ``up`` make the two factors of a gated unit (``gate`` the one that
an activation bends), ``up`` and ``down`` the ends of a plain feed-forward branch; ``head`` makes
what the model returns. A packed weight has the parts of its blocks, in order.
"""

PARTS: tuple[str, ...] = get_args(Part)

Normed = Literal["", "after", "before", "inside"]
"""Where a residual branch has its norm: ``before`` its first weight, ``after`` the sum, ``inside``
between its weights, nowhere."""

NORMED: tuple[str, ...] = get_args(Normed)

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
        stream: Which of the model's streams that is, from 1; 0 outside.
        parts: What it does in its block; several where it is packed.
        sizes: How many of its outputs each of those parts has, where they lie one after the other;
            empty where it is not packed, or interleaved.
        height: How many weights the longest way through its branch passes; 0 outside of one.
        normed: Where its branch has its norm.
        cross: Whether it serves attention to another stream.
        length: Steps of the sequence that a recurrent map runs over; 0 for others.
        stack: Number of the plain stack that it stands in, from 1: weights one after the other with
            nothing but activations, poolings and views between them; 0 outside.
        level: Its place in the stack, from 1.
        levels: How many weights the stack has.
    """

    sources: tuple[str, ...] = ()
    consumers: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    residual: Standing = ""
    place: int = 0
    depth: int = 0
    uses: int = 1
    stream: int = 0
    parts: tuple[Part, ...] = ()
    sizes: tuple[int, ...] = ()
    height: int = 0
    normed: Normed = ""
    cross: bool = False
    length: int = 0
    stack: int = 0
    level: int = 0
    levels: int = 0
