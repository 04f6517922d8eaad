"""What the values of one tensor say."""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from isometry import errors
from isometry.measurements.apparent import DETERMINED, Apparent, apparent
from isometry.measurements.pieces import Array
from isometry.measurements.symmetry import Symmetry, symmetry, tells_apart
from isometry.measurements.tallies import tally
from isometry.parameters import Parameter, encoding

TENSORS = 2**10
"""Tensors of one shape among which chance must make no equal ones."""

TALLIED = (
    "count", "mean", "std", "rms", "low", "high", "zeros", "nonfinite", "subnormal", "clipped",
    "digest",
)  # fmt: skip
"""What a measurement takes over from a look at every element."""


@dataclass(frozen=True, slots=True)
class TensorMeasurement:
    """What the values of one tensor say; moments and shares are of those that are finite.

    Attributes:
        path: Its address.
        count: Elements.
        mean: Mean.
        std: Root mean square deviation from the mean.
        rms: Root mean square.
        low: Least.
        high: Greatest.
        zeros: Share that is exactly 0.
        nonfinite: How many are NaN or infinite.
        subnormal: Share below the dtype's least normal number, and not 0.
        clipped: Share at the dtype's greatest number.
        apparent: Which scheme the values look like.
        symmetry: Which of its units are alike.
        digest: Hash of shape, dtype and bits.
        drawn: Whether it is a parameter whose values look drawn, and are enough that chance makes
            no equal tensor.
    """

    path: str
    count: int
    mean: float
    std: float
    rms: float
    low: float
    high: float
    zeros: float
    nonfinite: int
    subnormal: float
    clipped: float
    apparent: Apparent
    symmetry: Symmetry
    digest: str
    drawn: bool

    @property
    def duplicates(self) -> tuple[tuple[int, ...], ...]:
        """Groups of equal units that are not zero."""
        return self.symmetry.duplicates

    @property
    def blocks(self) -> int:
        """Number of equal blocks along the units; 0 for none."""
        return self.symmetry.blocks

    def to_data(self) -> dict[str, Any]:
        """As what JSON can hold; numbers that JSON has not become ``None``."""
        return {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in asdict(self).items()
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "TensorMeasurement":
        """The measurement that `to_data` wrote; a moment that was not finite is NaN."""
        known: dict[str, Any] = {
            key: math.nan if value is None else value for key, value in data.items()
        }
        look = {key: encoding.frozen(value) for key, value in data["apparent"].items()}
        alike = {key: encoding.frozen(value) for key, value in data["symmetry"].items()}
        return cls(**{**known, "apparent": Apparent(**look), "symmetry": Symmetry(**alike)})


# Memory that nobody wrote may hold signalling NaNs, and numbers whose squares overflow.
@np.errstate(over="ignore", invalid="ignore")
def measure_tensor(
    parameter: Parameter, values: Array, *, bias: Array | None = None
) -> TensorMeasurement:
    """Looks at every element once, and at a sample more closely; nothing is written.

    A hundred million elements take a second or two; beyond the tensor itself, memory is bounded.

    Args:
        parameter: The tensor.
        values: Its values, of the parameter's shape and any strides.
        bias: The bias of the same units, where there is one: units of different biases differ.

    Returns:
        The measurement; the same for the same values.

    Raises:
        ShapeError: The values are not of the parameter's shape.

    >>> found = measure_tensor(Parameter("ln.weight", (8,)), np.ones(8, np.float32))
    >>> found.apparent.family, found.mean, found.drawn
    ('ones', 1.0, False)
    """
    if values.shape != parameter.shape:
        raise errors.ShapeError(
            f"values of shape {values.shape} for a tensor of shape {parameter.shape}",
            needed="the values of the whole tensor",
            do="gather shards first",
            path=parameter.path,
        )
    found = tally(values)
    look, alike = apparent(parameter, values, found), symmetry(parameter, values, bias=bias)
    drawn = _is_drawn(parameter, values, look)
    # Identities and tables repeat by intent; blocks are the mark of shards drawn alike.
    told = alike if drawn else replace(alike, blocks=0, input_blocks=0)
    moments = {name: getattr(found, name) for name in TALLIED}
    return TensorMeasurement(
        path=parameter.path, apparent=look, symmetry=told, drawn=drawn, **moments
    )


def _is_drawn(parameter: Parameter, values: Array, look: Apparent) -> bool:
    """Buffers are computed more often than drawn."""
    return (
        parameter.kind == "parameter"
        and look.family not in DETERMINED
        and tells_apart(values.size, values.dtype, TENSORS)
    )
