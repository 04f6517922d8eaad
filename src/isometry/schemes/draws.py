"""How the values of one tensor come from random words: the shapes that a drawing can have."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy import float32
from numpy.typing import NDArray

from isometry import rng
from isometry.parameters import Box

__all__ = ["Box", "Derived", "Draw", "Elementwise", "Piece", "Pieces", "Whole", "moved"]


@dataclass(frozen=True, slots=True)
class Elementwise:
    """Element ``i`` comes from word ``i`` alone, so any slice can be made without the rest."""

    law: rng.Law


@dataclass(frozen=True, slots=True)
class Whole:
    """All values come together, as in an orthogonal matrix; a shard is cut from the whole.

    Attributes:
        compute: From the tensor's key to all values, of the tensor's (or piece's) shape; rounded to
            float32 once by whoever writes them.
        exact: Whether the values are recorded data of a dtype of their own, integers perhaps, which
            go into the tensor's dtype directly and are not rounded to float32 on the way.
    """

    compute: Callable[[rng.Key], NDArray[Any]]
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """All values are computed from those of another tensor, which is drawn once more for it.

    Attributes:
        path: The other tensor's path, whose random words it takes.
        shape: The other tensor's shape.
        source: How the other tensor is drawn.
        compute: From the other tensor's float32 values to all values of this one.
    """

    path: str
    shape: tuple[int, ...]
    source: "Elementwise | Whole | Pieces"
    compute: Callable[[NDArray[float32]], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle that is drawn in a way of its own.

    Attributes:
        box: Where it lies.
        draw: How it is filled. An elementwise law takes the words of the *whole* tensor's indices;
            a ``Whole`` has the shape of the box and takes the key of ``path#name``.
        name: What the rectangle is, such as a gate or a projection; empty where it needs no key.
            Pieces of one name share their random words.
    """

    box: Box
    draw: "Elementwise | Whole | Derived"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A drawing for the whole tensor, then rectangles over it, in order; later ones win."""

    base: "Elementwise | Whole | Derived"
    pieces: tuple[Piece, ...]


Draw = Elementwise | Whole | Derived | Pieces


def moved(draw: Draw, box: Box, name: str) -> tuple[Piece, ...]:
    """A drawing for a tensor of the shape of ``box``, as pieces of the tensor that ``box`` lies in.

    >>> half = moved(Elementwise(rng.Constant(1.0)), ((4, 8),), "f")
    >>> half[0].box, half[0].name
    (((4, 8),), 'f')
    """
    if not isinstance(draw, Pieces):
        return (Piece(box, draw, name),)
    inner = (
        Piece(_shifted(piece.box, box), piece.draw, _joined(name, piece.name))
        for piece in draw.pieces
    )
    return (Piece(box, draw.base, name), *inner)


def _shifted(inner: Box, outer: Box) -> Box:
    return tuple(
        (origin + start, origin + stop)
        for (start, stop), (origin, _) in zip(inner, outer, strict=True)
    )


def _joined(outer: str, inner: str) -> str:
    return ".".join(part for part in (outer, inner) if part)
