"""Kumar's rule: a variance from the value and slope of the activation at zero."""

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import ClassVar, Literal, get_args

from isometry import errors, rng, theory
from isometry.parameters import Parameter, fans
from isometry.schemes import checks
from isometry.schemes.elementwise import ElementwiseScheme
from isometry.schemes.variance_scaling import DISTRIBUTIONS, Distribution, centred_law

Side = Literal["post", "pre"]
"""Which variance is to be 1: that after the activation, as published, or that before it."""

SIDES: tuple[str, ...] = get_args(Side)


@dataclass(frozen=True, slots=True)
class Kumar(ElementwiseScheme):
    """``var = 1 / (fan_in · g'(0)² · (1 + g(0)²))`` for an activation ``g``.

    From ``g(y) ≈ g(0) + g'(0) y`` by asking for variance 1 after each activation:
    ``12.8 / fan_in`` for sigmoid (rounded to ``3.6² / fan_in`` in the paper), ``1 / fan_in`` for
    tanh. ReLU, which has two slopes at 0, counts with their mean square 1/2: ``2 / fan_in``, as
    published. The form for variance 1 *before* the activation is
    ``1 / (fan_in · (g(0)² + g'(0)²))``, ``3.2 / fan_in`` for sigmoid. Both are first order:
    gradients through a deep sigmoid net still vanish.

    Attributes:
        activation: Name of the activation.
        side: Which variance is to be 1.
        distribution: Shape of the law.

    Raises:
        InputError: The activation is flat at 0.

    >>> from isometry.parameters import Axes
    >>> weight = Parameter("fc.weight", (64, 100), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> round(Kumar("sigmoid").moments(weight).std ** 2 * 100, 9)
    12.8
    >>> round(Kumar("sigmoid", side="pre").moments(weight).std ** 2 * 100, 9)
    3.2
    """

    name: ClassVar[str] = "kumar"
    references: ClassVar[tuple[str, ...]] = ("kumar2017",)

    activation: str = "relu"
    side: Side = "post"
    distribution: Distribution = "normal"

    def __post_init__(self) -> None:
        checks.one_of("side", self.side, SIDES)
        checks.one_of("distribution", self.distribution, DISTRIBUTIONS)
        _ = kumar_gain(self.activation, self.side)

    def law(self, parameter: Parameter) -> rng.Law:
        """The law of ``std = gain / sqrt(fan_in)``."""
        fan_in = fans(parameter.shape, checks.known_axes(parameter, self.name)).fan_in or 1.0
        return centred_law(self.distribution, kumar_gain(self.activation, self.side) / sqrt(fan_in))


@lru_cache(maxsize=64)
def kumar_gain(activation: str, side: Side) -> float:
    """Gain on ``1 / sqrt(fan_in)``; Kumar 2017, eq. 14 and its pre-activation twin.

    >>> round(kumar_gain("sigmoid", "post"), 4), kumar_gain("tanh", "post")
    (3.5777, 1.0)
    """
    g = theory.activation(activation)
    slope = g.squared_slope_at_zero
    if not slope > 0:
        raise errors.InputError(
            f"{activation} is flat at 0",
            needed="an activation with a slope at 0",
            do="use variance_scaling with the forward gain of this activation",
        )
    offset = g.at_zero**2
    return 1 / sqrt(slope * (1 + offset)) if side == "post" else 1 / sqrt(slope + offset)
