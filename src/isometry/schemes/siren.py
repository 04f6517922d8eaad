"""The start of networks of sines."""

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar, Literal, get_args

from isometry import rng
from isometry.parameters import Parameter, fans
from isometry.schemes import checks
from isometry.schemes.elementwise import ElementwiseScheme

Place = Literal["first", "hidden"]
"""Whether the layer sees the coordinates or the output of a sine."""

PLACES: tuple[str, ...] = get_args(Place)


@dataclass(frozen=True, slots=True)
class Siren(ElementwiseScheme):
    """``U(±1 / fan_in)`` for the first layer, ``U(±sqrt(6 / fan_in) / w0)`` for the others.

    For ``φ(x) = sin(w0 · x)``. A sine of a wide normal has second moment 1/2, so ``w0 · x`` is
    again normal with variance 1 after every layer.

    Attributes:
        w0: Frequency of the sine.
        place: Which layer it is.

    >>> from isometry.parameters import Axes
    >>> weight = Parameter("net.1.weight", (64, 64), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> round((30 * Siren().moments(weight).std) ** 2 * 64 * 0.5, 9)
    1.0
    """

    name: ClassVar[str] = "siren"
    references: ClassVar[tuple[str, ...]] = ("sitzmann2020",)

    w0: float = 30.0
    place: Place = "hidden"

    def __post_init__(self) -> None:
        checks.positive("w0", self.w0)
        checks.one_of("place", self.place, PLACES)

    def law(self, parameter: Parameter) -> rng.Law:
        """The uniform law of the layer's place."""
        fan_in = fans(parameter.shape, checks.known_axes(parameter, self.name)).fan_in or 1.0
        bound = 1 / fan_in if self.place == "first" else sqrt(6 / fan_in) / self.w0
        return rng.Uniform(-bound, bound)
