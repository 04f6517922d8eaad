"""Which scheme the values of a tensor look like, whoever wrote them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from isometry import parameters, plans
from isometry.measurements import candidates, laws, structures, units
from isometry.measurements.candidates import Family
from isometry.measurements.pieces import SAMPLE, Array, real, sample
from isometry.measurements.tallies import Tally, range_of
from isometry.parameters import Axes, Parameter

__all__ = ["DETERMINED", "Apparent", "Family", "apparent"]

Values = NDArray[float64]

DETERMINED: frozenset[Family] = frozenset(
    {"constant", "dirac", "identity", "ones", "structured", "zeros"}
)
"""Families in which nothing is drawn, so that tensors are equal by intent."""

LEAST = 256
"""Elements from which a law is named; fewer say nothing of its tails."""
SPARSE = 0.05
"""Share of zeros beyond rounding that makes a tensor sparse."""
CHANCE = 20
"""Signs that are not all alike by chance."""
DECADES = 20
"""Powers of ten that written values do not span: a sample of a million spans 6 around 0."""
WIDE = 1e-30
"""Least normal number of dtypes in which written values are never subnormal."""


@dataclass(frozen=True, slots=True)
class Apparent:
    """What the values of a tensor look like.

    Attributes:
        family: The kind of scheme.
        gain: Root mean square times ``sqrt(fan_in)``: what the weight does to the root mean square
            of a signal; ``None`` where no input is known, or a value is not finite.
        fits: Schemes of the catalogue and frameworks' defaults that agree, the nearest first.
        default: Whether the tensor still holds what torch's layer put there when it was built.
        rivals: Laws that the values agree with, where they are too few to name one.
    """

    family: Family
    gain: float | None = None
    fits: tuple[str, ...] = ()
    default: bool = False
    rivals: tuple[Family, ...] = ()


def apparent(parameter: Parameter, values: Array, found: Tally) -> Apparent:
    """What the values of a tensor look like, by the size of effects and not by their significance.

    With a million elements every difference is significant; so a law is named where the sample's
    distribution function, tails and bounds are near enough to its own, and a scheme agrees where
    the std is within ten percent of what it states. Both give way by the sampling error where a
    tensor is small. A law is named from 256 elements on; at 256 the wrong one of uniform, normal
    and truncated normal is named less than once in 200, from 1024 on less than once in 1000.

    Args:
        parameter: The tensor.
        values: Its values; nothing is written.
        found: What a look at every element has found.

    Returns:
        The look.
    """
    family, rivals = _family(parameter, values, found)
    families = rivals if family == "unknown" else (family,)
    return Apparent(
        family=family,
        gain=_gain(parameter, found),
        fits=candidates.fits(parameter, found, families),
        default=candidates.is_default(parameter, found, families),
        rivals=rivals if family == "unknown" else (),
    )


def _gain(parameter: Parameter, found: Tally) -> float | None:
    axes = parameter.axes
    if axes is None or not axes.inputs or found.nonfinite or not math.isfinite(found.rms):
        return None
    return found.rms * math.sqrt(parameters.fans(parameter.shape, axes).fan_in)


def _family(parameter: Parameter, values: Array, found: Tally) -> tuple[Family, tuple[Family, ...]]:
    if not found.count:
        return "unknown", ()
    some = real(sample(values)).astype(float64)
    if found.nonfinite:
        return ("structured" if _is_mask(some) else "uninitialized"), ()
    if found.low == found.high:
        family = candidates.level(found.low)
        alone = found.count == 1 and family == "constant"
        return ("unknown", (*laws.NAMES, family)) if alone else (family, ())
    if not plans.is_floating(values.dtype):
        return "structured", ()
    if _is_garbage(values, found, some):
        return "uninitialized", ()
    if not some.any():
        return "sparse", ()
    # What follows knows no scale, and squares neither over- nor underflow at this one.
    some /= np.abs(some).max()
    if structures.is_sign(some):
        return ("structured" if _is_hadamard(values, parameter.axes) else "sign"), ()
    nonzeros = round((1 - found.zeros) * found.count)
    shaped = _matrix_family(structures.weight(values, parameter.axes, nonzeros), values)
    if shaped is not None:
        return shaped, ()
    return _entries_family(values, parameter.axes, found, some)


def _is_mask(some: Values) -> bool:
    """Whether infinities are meant: one sign beside at most two other values, as in a mask."""
    ends = np.unique(some[~np.isfinite(some)])
    return len(ends) == 1 and not math.isnan(ends[0]) and np.unique(some).size <= 3


def _is_garbage(values: Array, found: Tally, some: Values) -> bool:
    if 0 < range_of(values.dtype).least < WIDE and found.subnormal:
        return True
    size = np.abs(some[some != 0])
    return bool(size.size and size.max() > 10.0**DECADES * size.min())


def _matrix_family(one: structures.Weight, values: Array) -> Family | None:
    if values.ndim < 2 or values.dtype.kind == "c":
        return None
    if structures.is_identity(one):
        return "dirac" if one.tap else "identity"
    if structures.is_mirrored(one):
        return "mirrored"
    if structures.is_orthogonal(one):
        return "delta orthogonal" if one.tap else "orthogonal"
    return "structured" if structures.follows_rows(one) else None


def _entries_family(
    values: Array, axes: Axes | None, found: Tally, some: Values
) -> tuple[Family, tuple[Family, ...]]:
    if structures.is_structured(some):
        return "structured", ()
    rounded = range_of(values.dtype).smallest / found.std if found.std else 0.0
    if found.zeros > SPARSE + rounded and some.size >= structures.SOME:
        return "sparse", ()
    if found.zeros > 2 * rounded:
        some = some[some != 0]
    named = _laws(some, values.dtype) or _laws_of_parts(values, axes)
    return (named[0], ()) if len(named) == 1 and some.size >= LEAST else ("unknown", named)


def _laws(some: Values, dtype: "np.dtype[np.generic]") -> tuple[laws.Law, ...]:
    if some.size < 2 or not some.std():
        return ()
    return laws.laws(some, eps=range_of(dtype).eps)


def _laws_of_parts(values: Array, axes: Axes | None) -> tuple[laws.Law, ...]:
    """Laws that explain each expert, block and group by itself, where their stds differ."""
    found = units.matrices(values, axes)
    parts = [real(sample(one.values, SAMPLE // len(found))).astype(float64) for one in found]
    each = [_laws(part, values.dtype) for part in parts]
    return tuple(name for name in each[0] if all(name in other for other in each))


def _is_hadamard(values: Array, axes: Axes | None) -> bool:
    """Whether the first row of signs is one sign; chance does that to 20 columns once in 10**6."""
    first = real(units.units(values, axes).read(np.zeros(1, np.intp)))
    return first.size > CHANCE and bool((first > 0).all())
