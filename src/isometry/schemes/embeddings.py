"""Tables that are looked up: nothing is summed, so the std of an entry is that of the signal."""

from dataclasses import dataclass
from math import prod, sqrt
from typing import ClassVar

from isometry import rng
from isometry.parameters import Parameter
from isometry.schemes import checks
from isometry.schemes.distributions import Normal
from isometry.schemes.elementwise import ElementwiseScheme, normal

GPT_EMBEDDING = Normal(std=0.02)
"""Radford et al. 2018, section 4.1: every weight of GPT, its tables among them."""


@dataclass(frozen=True, slots=True)
class InverseWidth(ElementwiseScheme):
    """Normal with ``std = gain · width^(-power)``, where the width is the number of features.

    With power 1/2 a row has norm 1, as a table shared with the output layer wants: its input side
    is then multiplied by ``sqrt(width)``. A larger power is the "small start" of language models.

    Attributes:
        gain: Factor on the standard deviation.
        power: Exponent of the width.

    >>> from isometry.parameters import Axes
    >>> table = Parameter("wte", (1000, 64), axes=Axes(inputs=(0,), outputs=(1,), lookup=True))
    >>> InverseWidth().moments(table).std
    0.125
    """

    name: ClassVar[str] = "inverse_width"
    references: ClassVar[tuple[str, ...]] = ("vaswani2017", "huang2020")

    gain: float = 1.0
    power: float = 0.5

    def __post_init__(self) -> None:
        checks.not_negative("gain", self.gain)
        checks.not_negative("power", self.power)

    def law(self, parameter: Parameter) -> rng.Law:
        """The normal law of the table's width."""
        axes = checks.known_axes(parameter, self.name)
        width = prod(parameter.shape[axis] for axis in axes.outputs)
        # A square root has the same bits everywhere; other powers do not quite.
        root = sqrt(width or 1) if self.power == 0.5 else float(width or 1) ** self.power
        return normal(0.0, self.gain / root)


SMALL_INIT = InverseWidth(gain=sqrt(2 / 5))
"""Nguyen and Salazar 2019, section 3.2: ``std = sqrt(2 / (5 · width))``."""


def t_fixup_embedding(layers: int) -> InverseWidth:
    """T-Fixup's table: ``std = (9 · layers)^(-1/4) / sqrt(width)``; Huang et al. 2020, section 4.

    >>> round(t_fixup_embedding(6).gain, 6)
    0.368894
    """
    checks.positive("layers", layers)
    return InverseWidth(gain=1 / sqrt(sqrt(9 * layers)))
