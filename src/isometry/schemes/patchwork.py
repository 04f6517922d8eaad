"""A tensor made of rectangles that are filled each in a way of its own."""

from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import ClassVar

from isometry import errors, rng
from isometry.parameters import Box, Parameter, box_shape, part
from isometry.schemes.draws import Draw, Elementwise, Pieces, moved
from isometry.schemes.mixtures import Part, mixture
from isometry.schemes.scheme import Moments, Scheme


@dataclass(frozen=True, slots=True)
class Patchwork(Scheme):
    """A base with rectangles over it, such as an embedding whose padding row is zero.

    Attributes:
        base: How the rest is filled; a constant where the rectangles leave no rest.
        boxes: The rectangles, one ``(start, stop)`` an axis; none may overlap another.
        schemes: How each of them is filled.

    Raises:
        InputError: Boxes and schemes are not as many, or two boxes overlap.

    >>> from isometry.schemes.constants import Constant
    >>> from isometry.schemes.distributions import Normal
    >>> padded = Patchwork(Normal(std=1.0), (((0, 1), (0, 4)),), (Constant(0.0),))
    >>> padded.moments(Parameter("embedding.weight", (2, 4))).std ** 2  # half of it is zero
    0.5000000000000001
    """

    name: ClassVar[str] = "patchwork"

    base: Scheme
    boxes: tuple[Box, ...]
    schemes: tuple[Scheme, ...]

    def __post_init__(self) -> None:
        if len(self.boxes) != len(self.schemes):
            raise errors.InputError(
                f"{len(self.boxes)} boxes have {len(self.schemes)} schemes",
                needed="one scheme a box",
                do="name them in the same order",
            )
        for first, second in combinations(self.boxes, 2):
            if _overlap(first, second):
                raise errors.InputError(
                    f"boxes {first} and {second} overlap",
                    needed="boxes apart from each other",
                    do="cut one of them",
                )

    def draw(self, parameter: Parameter) -> Draw:
        """The base, then the rectangles over it."""
        self._refuse_outside(parameter)
        drawn = self.base.draw(parameter)
        base, pieces = (drawn.base, drawn.pieces) if isinstance(drawn, Pieces) else (drawn, ())
        for box, scheme in zip(self.boxes, self.schemes, strict=True):
            inner = scheme.draw(part(parameter, box, _name(box)))
            pieces += moved(inner, box, _name(box))
        is_hidden = self._rest(parameter) == 0
        return Pieces(Elementwise(rng.Constant(0.0)) if is_hidden else base, pieces)

    def moments(self, parameter: Parameter) -> Moments:
        """Those of the mixture."""
        parts = [Part(self._rest(parameter), self.base.moments(parameter))]
        for box, scheme in zip(self.boxes, self.schemes, strict=True):
            piece = part(parameter, box, _name(box))
            parts.append(Part(piece.size, scheme.moments(piece)))
        return mixture(parts)

    def _rest(self, parameter: Parameter) -> int:
        return parameter.size - sum(prod(box_shape(box)) for box in self.boxes)

    def _refuse_outside(self, parameter: Parameter) -> None:
        for box in self.boxes:
            bounds = zip(box, parameter.shape, strict=False)
            if len(box) != len(parameter.shape) or any(b[1] > n for b, n in bounds):
                raise errors.ShapeError(
                    f"box {box} is outside shape {parameter.shape}",
                    needed="a rectangle of the tensor",
                    do="check the boxes of the patchwork",
                    path=parameter.path,
                )


def _overlap(first: Box, second: Box) -> bool:
    return all(a[0] < b[1] and b[0] < a[1] for a, b in zip(first, second, strict=False))


def _name(box: Box) -> str:
    return "[" + ", ".join(f"{start}:{stop}" for start, stop in box) + "]"
