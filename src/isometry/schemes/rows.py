"""Tables in which some rows hold a value of their own."""

from dataclasses import dataclass
from typing import ClassVar

from isometry.parameters import Parameter, whole_box
from isometry.schemes import checks
from isometry.schemes.constants import Constant
from isometry.schemes.draws import Draw
from isometry.schemes.patchwork import Patchwork
from isometry.schemes.scheme import Moments, Scheme


@dataclass(frozen=True, slots=True)
class Rows(Scheme):
    """A fill for the whole tensor, but for some rows that hold one value.

    Attributes:
        fill: The scheme of the tensor.
        rows: Indices along the first axis; negative ones count from the end.
        value: What those rows hold.

    >>> from isometry.schemes.distributions import Normal
    >>> round(Rows(Normal(), rows=(0,)).moments(Parameter("emb.weight", (4, 8))).std ** 2, 12)
    0.75
    """

    name: ClassVar[str] = "rows"

    fill: Scheme
    rows: tuple[int, ...]
    value: float = 0.0

    def __post_init__(self) -> None:
        checks.finite("value", self.value)

    def draw(self, parameter: Parameter) -> Draw:
        """The fill, and a constant piece for each row."""
        return self._patchwork(parameter).draw(parameter)

    def moments(self, parameter: Parameter) -> Moments:
        """The mixture of both."""
        return self._patchwork(parameter).moments(parameter)

    def _patchwork(self, parameter: Parameter) -> Patchwork:
        rest = whole_box(parameter.shape)[1:]
        rows = sorted({self._counted(row, parameter) for row in self.rows})
        boxes = tuple(((row, row + 1), *rest) for row in rows)
        return Patchwork(self.fill, boxes, (Constant(self.value),) * len(boxes))

    def _counted(self, row: int, parameter: Parameter) -> int:
        count = parameter.shape[0] if parameter.shape else 0
        if not -count <= row < count:
            checks.refuse_shape(
                parameter,
                self.name,
                found=f"row {row} of shape {parameter.shape}",
                needed="a row that the tensor has",
                do="count rows from 0, or from -1 at the end",
            )
        return row % count


@dataclass(frozen=True, slots=True)
class Padded(Scheme):
    """A fill, but for the padding row, which is 0; tables without one are filled whole.

    The row is the parameter's fact ``padding_idx``.

    Attributes:
        fill: The scheme of the table.

    >>> from isometry.schemes.distributions import Normal
    >>> table = Parameter("emb.weight", (4, 8), facts=(("padding_idx", 3),))
    >>> round(Padded(Normal()).moments(table).std ** 2, 12)
    0.75
    """

    name: ClassVar[str] = "padded"

    fill: Scheme

    def draw(self, parameter: Parameter) -> Draw:
        """The fill, and zeros for the padding row."""
        return self._scheme(parameter).draw(parameter)

    def moments(self, parameter: Parameter) -> Moments:
        """The mixture of both."""
        return self._scheme(parameter).moments(parameter)

    def _scheme(self, parameter: Parameter) -> Scheme:
        row = parameter.fact("padding_idx")
        return Rows(self.fill, (row,)) if isinstance(row, int) else self.fill
