"""What every scheme promises."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from isometry.parameters import Parameter
from isometry.schemes.draws import Draw


@dataclass(frozen=True, slots=True)
class Moments:
    """What a scheme states about the entries of a tensor before a number is drawn.

    Attributes:
        mean: Mean over all entries of the tensor.
        std: Root mean square deviation from that mean, over all entries; not times a fan.
        kurtosis: Fourth central moment over ``std**4``; 3 for a normal, 1 where all entries are
            equal. It gives the sampling error of a measured std:
            ``std * sqrt((kurtosis - 1) / (4 n))``.
        skewness: Third central moment over ``std**3``; taken for 0 where a law is cut unevenly.
    """

    mean: float
    std: float
    kurtosis: float = 3.0
    skewness: float = 0.0


class Scheme(ABC):
    """How one weight is filled: a frozen record of numbers that knows its law for any parameter.

    Subclasses are frozen dataclasses whose fields are numbers, strings, booleans, tuples of these,
    or other schemes, so that the catalogue can write them to JSON and read them back.
    """

    __slots__ = ()

    name: ClassVar[str]
    """Name in the catalogue."""
    references: ClassVar[tuple[str, ...]] = ()
    """Keys of the bibliography."""

    @abstractmethod
    def draw(self, parameter: Parameter) -> Draw:
        """How the values of ``parameter`` come from its random words.

        Args:
            parameter: The tensor to be filled.

        Returns:
            A drawing; nothing is drawn yet.

        Raises:
            ShapeError: The scheme cannot fill a tensor of that shape or meaning.
        """

    @abstractmethod
    def moments(self, parameter: Parameter) -> Moments:
        """Mean, std and kurtosis of the entries, stated before a number is drawn."""
