"""What to multiply a layer by, and to add to its bias, from the moments of what it puts out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Moment = Literal["second", "variance"]

NEGLIGIBLE = 1e-6
"""Part of its mean by which the same number, rounded to single precision, may seem to vary."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean and standard deviation of each of several groups of numbers, shape (groups,)."""

    mean: Array
    std: Array

    @property
    def varies(self) -> NDArray[np.bool_]:
        """Which groups vary by more than the rounding of what they hold."""
        return self.std > NEGLIGIBLE * np.abs(self.mean)

    def size(self, moment: Moment = "variance") -> float:
        """Standard deviation within a group (root mean square around 0), rms over all groups."""
        sizes = self.std if moment == "variance" else np.hypot(self.mean, self.std)
        return math.sqrt(float((sizes**2).mean()))

    def moved(self, c: Array, d: Array) -> "Moments":
        """The moments of ``c·y + d``."""
        return Moments(c * self.mean + d, np.abs(c) * self.std)


def merged(unit: Moments, sizes: Sequence[int]) -> Moments:
    """The moments of blocks of neighbouring units, each block over all of its units.

    ``Var = E[Var unit] + Var[E unit]``, since all units have equally many numbers.

    Args:
        unit: Moments of each unit, shape (units,).
        sizes: How many units each block has; they add up to all.

    Returns:
        Moments of each block, shape (blocks,).

    >>> both = merged(Moments(np.array([0.0, 2.0, 5.0]), np.array([1.0, 1.0, 3.0])), (2, 1))
    >>> both.mean.tolist(), (both.std**2).round(9).tolist()
    ([1.0, 5.0], [2.0, 9.0])
    """
    starts = np.cumsum((0, *sizes))[:-1]
    count = np.asarray(sizes, np.float64)
    mean = np.add.reduceat(unit.mean, starts) / count
    second = np.add.reduceat(unit.std**2 + unit.mean**2, starts) / count
    return Moments(mean, np.sqrt(np.maximum(second - mean**2, 0.0)))


def correction(
    found: Moments, target: float, *, moment: Moment = "variance", mean: float | None = None
) -> tuple[Array, Array]:
    """The factor ``c`` of a layer's weight and bias and the shift ``d`` of its bias.

    The layer then puts out ``c·y + d`` where it put out ``y``, exactly, for it is linear in its
    weight. ``c = target / std``, and ``d = mean - c·m`` where a mean is wanted, ``m`` being the one
    that was found: the bias becomes ``c·b + d``, since it stands within ``y`` already. With
    ``moment="second"`` it is the root mean square that becomes ``target``.

    Args:
        found: Moments of the layer's output.
        target: Wanted standard deviation, or root mean square.
        moment: Which of them.
        mean: Wanted mean; ``None`` leaves it to follow the factor.

    Returns:
        Both, shape (groups,); 1 and 0 for groups that do not vary, as those of a layer of zeros.

    >>> c, d = correction(Moments(np.array([3.0]), np.array([4.0])), 1.0, mean=0.0)
    >>> c.tolist(), d.tolist()
    ([0.25], [-0.75])
    >>> correction(Moments(np.array([3.0]), np.array([4.0])), 1.0, moment="second")[0].tolist()
    [0.2]
    """
    wanted, size = target, found.std
    if moment == "second" and mean is None:
        size = np.hypot(found.mean, found.std)
    elif moment == "second" and mean is not None:
        wanted = math.sqrt(target**2 - mean**2)  # rms² = std² + mean²
    alive = found.varies
    c = np.where(alive, wanted / np.where(alive, size, 1.0), 1.0)
    d = np.zeros_like(c) if mean is None else np.where(alive, mean - c * found.mean, 0.0)
    return c, d


def equalising(rates: Sequence[float], strength: float) -> list[float]:
    """What to multiply each layer but the last by, and to divide the next one's weight by.

    ``r = (C / C̃)^(α/2)`` with ``C̃`` the geometric mean of all rates. A factor ``r`` on a layer,
    taken back in the next one, divides its gradient by ``r`` and multiplies its weight by ``r``, so
    that its rate of change is divided by ``r²``, and that of the next layer is multiplied by it.
    With ``x = log (C / C̃)`` a round makes ``x_k - α·x_k + α·x_(k-1)`` of ``x_k``: a triangular map
    with ``1 - α`` on its diagonal, under which all ``x`` vanish. Krähenbühl et al. 2016, 4.2, with
    the sign that does so: where their ``(C̃ / C)^(α/2)`` is read as a factor on the weight, the
    diagonal is ``1 + α``, and rates are driven apart.

    Args:
        rates: Relative rate of change of each layer, ``C = √(mean E‖∇W‖² / ‖W‖²)``.
        strength: ``α``.

    Returns:
        One factor for each layer but the last.

    >>> [round(r, 3) for r in equalising([4.0, 1.0, 2.0], 1.0)]
    [1.414, 0.707]
    """
    centre = math.exp(sum(map(math.log, rates)) / len(rates))
    return [(rate / centre) ** (strength / 2) for rate in rates[:-1]]
