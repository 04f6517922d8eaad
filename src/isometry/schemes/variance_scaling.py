"""One law for Glorot, He, LeCun and their kin: a variance divided by a fan."""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import sqrt
from typing import ClassVar, Literal, assert_never, get_args

from isometry import rng
from isometry.parameters import (
    CONVENTIONS,
    FAN_MODES,
    Convention,
    FanMode,
    Parameter,
    fans_by_convention,
)
from isometry.schemes import checks
from isometry.schemes.draws import Draw
from isometry.schemes.elementwise import draw_by_block, moments_by_block, normal
from isometry.schemes.scheme import Moments, Scheme

Distribution = Literal["normal", "truncated_normal", "uniform"]
"""Shape of a law of given std: plain, cut at two deviations and widened to its std, or uniform."""

DISTRIBUTIONS: tuple[str, ...] = get_args(Distribution)

CUT = 2.0
"""Deviations at which Keras and JAX cut the normal law of variance scaling."""

UNIFORM_BOUND = sqrt(3.0)
"""Bound of the uniform law of std 1: its variance is ``bound² / 3``."""


@dataclass(frozen=True, slots=True)
class VarianceScaling(Scheme):
    """Entries have mean 0 and ``std = gain / sqrt(fan)``, whatever the distribution.

    With ``fan = fan_in`` and a gain of ``1 / sqrt(E φ²)`` the second moment of the signal is kept
    on the way forward; with ``fan_out`` that of the gradient on its way back.

    Attributes:
        gain: Factor on the standard deviation (JAX's and Keras's ``scale`` is its square).
        fan: Which fan divides.
        distribution: Shape of the law; every one has exactly the same std.
        convention: Whose arithmetic gives the fans.

    >>> from isometry.parameters import Axes
    >>> weight = Parameter("fc.weight", (64, 32), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> round(VarianceScaling(gain=sqrt(2.0)).moments(weight).std ** 2 * 32, 12)
    2.0
    """

    name: ClassVar[str] = "variance_scaling"
    references: ClassVar[tuple[str, ...]] = ("lecun1998", "glorot2010", "he2015")

    gain: float = 1.0
    fan: FanMode = "fan_in"
    distribution: Distribution = "normal"
    convention: Convention = "semantic"

    def __post_init__(self) -> None:
        checks.not_negative("gain", self.gain)
        checks.one_of("fan", self.fan, FAN_MODES)
        checks.one_of("distribution", self.distribution, DISTRIBUTIONS)
        checks.one_of("convention", self.convention, CONVENTIONS)

    def draw(self, parameter: Parameter) -> Draw:
        """The law of the tensor; where packed blocks differ in their fans, one piece for each."""
        return draw_by_block(self._seen(parameter), self.law)

    def moments(self, parameter: Parameter) -> Moments:
        """Those of the law; of the mixture where packed blocks differ."""
        return moments_by_block(self._seen(parameter), self.law)

    def law(self, parameter: Parameter) -> rng.Law:
        """The law of ``std = gain / sqrt(fan)`` for one weight."""
        return centred_law(self.distribution, self._std(parameter))

    def _seen(self, parameter: Parameter) -> Parameter:
        """No framework knows of weights packed into one tensor."""
        if self.convention == "semantic" or parameter.axes is None:
            return parameter
        return replace(parameter, axes=replace(parameter.axes, blocks=None))

    def _std(self, parameter: Parameter) -> float:
        if self.convention == "semantic":
            checks.known_axes(parameter, self.name)
        fans = fans_by_convention(parameter.shape, parameter.axes, self.convention)
        # A fan of 0 belongs to a tensor without elements, which has no std to speak of.
        return self.gain / sqrt(fans.by(self.fan) or 1.0)


@lru_cache(maxsize=1024)
def centred_law(distribution: Distribution, std: float) -> rng.Law:
    """The law of mean 0 and the given std and shape.

    >>> centred_law("uniform", 1.0).std, round(centred_law("truncated_normal", 1.0).std, 12)
    (1.0, 1.0)
    """
    if not std:
        return rng.Constant(0.0)
    match distribution:
        case "normal":
            return normal(0.0, std)
        case "uniform":
            return rng.Uniform(-UNIFORM_BOUND * std, UNIFORM_BOUND * std)
        case "truncated_normal":
            return rng.TruncatedNormal.from_sigmas(std, CUT, exact_std=True)
        case _:
            assert_never(distribution)


GLOROT_UNIFORM = VarianceScaling(fan="fan_avg", distribution="uniform")
"""Glorot and Bengio 2010, eq. 16: ``U(±sqrt(6 / (fan_in + fan_out)))``."""
GLOROT_NORMAL = VarianceScaling(fan="fan_avg")
"""Glorot and Bengio 2010, eq. 12: variance ``2 / (fan_in + fan_out)``."""
HE_UNIFORM = VarianceScaling(gain=sqrt(2.0), distribution="uniform")
"""He et al. 2015, eq. 10, as a uniform law: ``U(±sqrt(6 / fan_in))``."""
HE_NORMAL = VarianceScaling(gain=sqrt(2.0))
"""He et al. 2015, eq. 10: variance ``2 / fan_in``."""
LECUN_UNIFORM = VarianceScaling(distribution="uniform")
"""LeCun et al. 1998, section 4.6, as a uniform law: ``U(±sqrt(3 / fan_in))``."""
LECUN_NORMAL = VarianceScaling()
"""LeCun et al. 1998, section 4.6: variance ``1 / fan_in``; what SELU asks for."""
CAFFE = VarianceScaling(distribution="uniform")
"""Caffe's "xavier" filler: uniform with variance ``1 / fan_in``."""
GEOMETRIC = VarianceScaling(fan="fan_geo")
"""Variance ``1 / sqrt(fan_in · fan_out)``: Glorot's compromise with a geometric mean."""
