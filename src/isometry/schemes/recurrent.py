"""Recurrent layers, whose gates share a tensor."""

from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from numpy import float64
from numpy.typing import NDArray

from isometry import errors, rng
from isometry.parameters import Blocks, Box, Parameter, part, whole_box
from isometry.schemes import checks
from isometry.schemes.constants import Constant
from isometry.schemes.distributions import Normal
from isometry.schemes.draws import Draw, Elementwise, Piece, Pieces, Whole, moved
from isometry.schemes.identities import Identity
from isometry.schemes.logarithms import logarithm, uniform_log_moments
from isometry.schemes.mixtures import Part, mixture
from isometry.schemes.scheme import Moments, Scheme

ZERO = Constant(0.0)

IRNN_RECURRENT = Identity()
"""Le, Jaitly and Hinton 2015, section 2: the recurrent weight of a ReLU net is the identity."""
IRNN_INPUT = Normal(std=0.001)
"""Le, Jaitly and Hinton 2015, section 2: its other weights; its biases are 0."""


@dataclass(frozen=True, slots=True)
class Gates(Scheme):
    """Every packed block of a tensor filled as a weight of its own.

    Attributes:
        each: The scheme of a block that is not named.
        named: Blocks with a scheme of their own.

    >>> from isometry.parameters import Axes
    >>> gates = Blocks(0, ("i", "f", "g", "o"), (2, 2, 2, 2))
    >>> bias = Parameter("lstm.bias_ih", (8,), axes=Axes(outputs=(0,), blocks=gates))
    >>> Gates(Constant(0.0), named=(("f", Constant(1.0)),)).moments(bias).mean
    0.25
    """

    name: ClassVar[str] = "gates"

    each: Scheme
    named: tuple[tuple[str, Scheme], ...] = ()

    def draw(self, parameter: Parameter) -> Draw:
        """One piece, or several, for each block."""
        pieces: list[Piece] = []
        for name, box, block, scheme in self._blocks(parameter):
            pieces.extend(moved(scheme.draw(block), box, name))
        return Pieces(Elementwise(rng.Constant(0.0)), tuple(pieces))

    def moments(self, parameter: Parameter) -> Moments:
        """The mixture of all blocks."""
        blocks = self._blocks(parameter)
        return mixture(Part(block.size, scheme.moments(block)) for _, _, block, scheme in blocks)

    def _blocks(self, parameter: Parameter) -> list[tuple[str, Box, Parameter, Scheme]]:
        schemes = dict(self.named)
        blocks = known_blocks(parameter, self.name, tuple(schemes))
        return [
            (name, box, part(parameter, box, name), schemes.get(name, self.each))
            for name, box in block_boxes(parameter, blocks).items()
        ]


@dataclass(frozen=True, slots=True)
class ForgetBias(Scheme):
    """``value`` for the forget gate, so that a cell keeps its state at first; else ``rest``.

    Layers with two bias vectors add them, so only the input's gets the value; the recurrent one is
    filled with ``rest`` alone.

    Attributes:
        value: Bias of the gate.
        gate: Its name: ``"f"`` of an LSTM; a GRU keeps its state through ``"z"``.
        rest: Scheme of all that is left.

    >>> from isometry.parameters import Axes
    >>> gates = Axes(outputs=(0,), blocks=Blocks(0, ("i", "f", "g", "o"), (2, 2, 2, 2)))
    >>> ForgetBias().moments(Parameter("l.bias_ih", (8,), role="input-bias", axes=gates)).mean
    0.25
    >>> ForgetBias().moments(Parameter("l.bias_hh", (8,), role="recurrent-bias", axes=gates)).mean
    0.0
    """

    name: ClassVar[str] = "forget_bias"
    references: ClassVar[tuple[str, ...]] = ("gers2000", "jozefowicz2015")

    value: float = 1.0
    gate: str = "f"
    rest: Scheme = ZERO

    def __post_init__(self) -> None:
        checks.finite("value", self.value)

    def draw(self, parameter: Parameter) -> Draw:
        """The gate's constant over the rest."""
        return self._scheme(parameter).draw(parameter)

    def moments(self, parameter: Parameter) -> Moments:
        """The mixture of both."""
        return self._scheme(parameter).moments(parameter)

    def _scheme(self, parameter: Parameter) -> Scheme:
        known_blocks(parameter, self.name, (self.gate,))
        if parameter.role == "recurrent-bias":
            return self.rest
        return Gates(self.rest, ((self.gate, Constant(self.value)),))


@dataclass(frozen=True, slots=True)
class ChronoBias(Scheme):
    """``b_f = log U(1, longest - 1)``, ``b_i = -b_f``: memories of all lengths up to ``longest``.

    A gate biased by ``log T`` forgets over about ``T`` steps. Other gates get 0, and so does the
    recurrent bias of a layer that has two.

    Attributes:
        longest: Length of the longest dependency, in steps; above 2.
        forget: Name of the forget gate.
        input: Name of the input gate, which has the opposite bias; empty for a layer without one,
            as a GRU, whose ``z`` alone keeps.

    >>> from isometry.parameters import Axes
    >>> gates = Axes(outputs=(0,), blocks=Blocks(0, ("i", "f", "g", "o"), (2, 2, 2, 2)))
    >>> ChronoBias(100).moments(Parameter("l.bias_ih", (8,), role="input-bias", axes=gates)).mean
    0.0
    """

    name: ClassVar[str] = "chrono_bias"
    references: ClassVar[tuple[str, ...]] = ("tallec2018",)

    longest: float
    forget: str = "f"
    input: str = "i"

    def __post_init__(self) -> None:
        checks.finite("longest", self.longest)
        if self.longest <= 2:
            raise errors.InputError(
                f"longest is {self.longest}",
                needed="a length above 2 steps",
                do="pass the longest dependency of the data, in steps",
            )

    def draw(self, parameter: Parameter) -> Draw:
        """Two pieces that share their random words, over zeros."""
        zeros = Elementwise(rng.Constant(0.0))
        boxes = block_boxes(parameter, self._blocks(parameter))
        if parameter.role == "recurrent-bias":
            return zeros
        forget = Piece(
            boxes[self.forget], Whole(_ChronoLaw(self.longest, 1.0, boxes[self.forget])), "chrono"
        )
        if not self.input:
            return Pieces(zeros, (forget,))
        give = Piece(
            boxes[self.input], Whole(_ChronoLaw(self.longest, -1.0, boxes[self.input])), "chrono"
        )
        return Pieces(zeros, (forget, give))

    def moments(self, parameter: Parameter) -> Moments:
        """Those of the logarithm of a uniform law, twice, among zeros."""
        blocks = self._blocks(parameter)
        if parameter.role == "recurrent-bias":
            return Moments(0.0, 0.0, 1.0)
        counts = dict(zip(blocks.names, blocks.sizes, strict=True))
        up = uniform_log_moments(self.longest - 1)
        down = Moments(-up.mean, up.std, up.kurtosis, -up.skewness)
        given = counts[self.input] if self.input else 0
        rest = parameter.size - counts[self.forget] - given
        return mixture(
            [
                Part(counts[self.forget], up),
                Part(given, down),
                Part(rest, Moments(0.0, 0.0, 1.0)),
            ]
        )

    def _blocks(self, parameter: Parameter) -> Blocks:
        gates = (self.forget, self.input) if self.input else (self.forget,)
        blocks = known_blocks(parameter, self.name, gates)
        if len(parameter.shape) != 1:
            checks.refuse_shape(
                parameter,
                self.name,
                found=f"shape {parameter.shape}",
                needed="a bias, which has one axis",
                do="choose it for biases only",
            )
        return blocks


@dataclass(frozen=True, slots=True)
class _ChronoLaw:
    """``sign · log(1 + (longest - 2) u)`` with one uniform ``u`` a unit."""

    longest: float
    sign: float
    box: Box

    def __call__(self, key: rng.Key) -> NDArray[float64]:
        ((start, stop),) = self.box
        u = (rng.words(key, 0, stop - start).astype(float64) + 0.5) / 2.0**32
        return self.sign * logarithm(1 + (self.longest - 2) * u)


def known_blocks(parameter: Parameter, scheme: str, names: tuple[str, ...]) -> Blocks:
    """The packed blocks of a parameter, which must have those that are named.

    Args:
        parameter: The tensor.
        scheme: Name of the scheme that asks, for the error.
        names: Blocks that there must be.

    Returns:
        Its blocks, those that are named among them.

    Raises:
        ShapeError: It has no blocks, or none of that name.
    """
    blocks = parameter.axes.blocks if parameter.axes is not None else None
    held = () if blocks is None else blocks.names
    if blocks is None or not {*names} <= {*held}:
        raise errors.ShapeError(
            f"{scheme} was asked to fill a tensor whose blocks are "
            f"{', '.join(held) or 'not known'}",
            needed=f"blocks named {', '.join(names)}" if names else "packed blocks, such as gates",
            do="name the blocks in its axes, or choose a scheme for the whole tensor",
            path=parameter.path,
        )
    return blocks


def block_boxes(parameter: Parameter, blocks: Blocks) -> dict[str, Box]:
    """Where each block lies."""
    everything = whole_box(parameter.shape)
    stops = accumulate(blocks.sizes)
    return {
        name: (*everything[: blocks.axis], (stop - size, stop), *everything[blocks.axis + 1 :])
        for name, size, stop in zip(blocks.names, blocks.sizes, stops, strict=True)
    }
