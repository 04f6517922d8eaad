"""Schemes in which every entry comes from its own word, by one law for each packed block."""

from abc import abstractmethod
from collections.abc import Callable, Iterator

from isometry import rng
from isometry.parameters import Box, Parameter, part, whole_box
from isometry.schemes.draws import Draw, Elementwise, Piece, Pieces
from isometry.schemes.mixtures import Part, mixture, of_law
from isometry.schemes.scheme import Moments, Scheme


class ElementwiseScheme(Scheme):
    """A scheme that is one law for each weight; any shard can be made without the rest."""

    __slots__ = ()

    @abstractmethod
    def law(self, parameter: Parameter) -> rng.Law:
        """The law of the entries of one weight, not of several packed ones."""

    def draw(self, parameter: Parameter) -> Draw:
        """The law of the tensor; where packed blocks differ in it, one piece for each."""
        return draw_by_block(parameter, self.law)

    def moments(self, parameter: Parameter) -> Moments:
        """Those of the law; of the mixture where packed blocks differ."""
        return moments_by_block(parameter, self.law)


def draw_by_block(parameter: Parameter, law: Callable[[Parameter], rng.Law]) -> Draw:
    """One law for the tensor, or a piece for each packed block where their laws differ."""
    drawn = [(box, name, law(block)) for box, name, block in _blocks(parameter)]
    first = drawn[0][2]
    if all(other == first for _, _, other in drawn):
        return Elementwise(first)
    pieces = tuple(Piece(box, Elementwise(own), name) for box, name, own in drawn)
    return Pieces(Elementwise(first), pieces)


def moments_by_block(parameter: Parameter, law: Callable[[Parameter], rng.Law]) -> Moments:
    """Moments of the law, or of the mixture over packed blocks."""
    blocks = [(block.size, law(block)) for _, _, block in _blocks(parameter)]
    if len(blocks) == 1:
        return of_law(blocks[0][1])
    return mixture(Part(size, of_law(own)) for size, own in blocks)


def normal(mean: float, std: float) -> rng.Law:
    """The normal law, which without a std is a constant."""
    return rng.Normal(mean, std) if std else rng.Constant(mean)


def _blocks(parameter: Parameter) -> Iterator[tuple[Box, str, Parameter]]:
    everything = whole_box(parameter.shape)
    blocks = parameter.axes.blocks if parameter.axes is not None else None
    if blocks is None:
        yield everything, "", parameter
        return
    start = 0
    for name, size in zip(blocks.names, blocks.sizes, strict=True):
        box = (*everything[: blocks.axis], (start, start + size), *everything[blocks.axis + 1 :])
        yield box, name, part(parameter, box, name)
        start += size
