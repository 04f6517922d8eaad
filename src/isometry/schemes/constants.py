"""One value for all entries."""

from dataclasses import dataclass
from typing import ClassVar

from isometry import rng
from isometry.parameters import Parameter
from isometry.schemes import checks
from isometry.schemes.elementwise import ElementwiseScheme


@dataclass(frozen=True, slots=True)
class Constant(ElementwiseScheme):
    """Every entry is ``value``.

    Right for biases, norms and running statistics. As the start of a weight it leaves all units of
    a layer alike for ever: every row gets the same gradient.

    Attributes:
        value: The value, finite.

    >>> Constant(0.5).moments(Parameter("b", (3,)))
    Moments(mean=0.5, std=0.0, kurtosis=1.0, skewness=0.0)
    """

    name: ClassVar[str] = "constant"

    value: float

    def __post_init__(self) -> None:
        checks.finite("value", self.value)

    def law(self, parameter: Parameter) -> rng.Law:  # noqa: ARG002 - the same for all shapes
        """The constant."""
        return rng.Constant(self.value)


def Zeros() -> Constant:  # noqa: N802 - reads as the scheme that it names
    """Every entry is 0."""
    return Constant(0.0)


def Ones() -> Constant:  # noqa: N802 - reads as the scheme that it names
    """Every entry is 1."""
    return Constant(1.0)
