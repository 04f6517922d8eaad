"""Laws: which distribution the elements of a tensor have.

A law is its quantile function, so values under one key are ordered alike under every law that has a
range. Each states its mean, std and kurtosis exactly (those of the continuous distribution, to
rounding), and compiles to an ``IntegerLaw``, which is all that engines see.
"""

import math
from dataclasses import dataclass

from isometry import errors
from isometry.rng import compilation, truncation
from isometry.rng.integers import IntegerLaw


@dataclass(frozen=True, slots=True)
class Constant:
    """One value for all elements.

    Raises:
        InputError: ``value`` is not finite, or not zero and subnormal in float32.
    """

    value: float

    def __post_init__(self) -> None:
        _finite(self, "value")
        _ = self.integer

    @property
    def mean(self) -> float:
        """The value, as given."""
        return self.value

    @property
    def std(self) -> float:
        """Zero."""
        return 0.0

    @property
    def kurtosis(self) -> float:
        """One: the limit of a sign times a magnitude that goes to zero."""
        return 1.0

    @property
    def integer(self) -> IntegerLaw:
        """The law as engines see it."""
        return compilation.constant(self.value)


@dataclass(frozen=True, slots=True)
class Sign:
    """Plus or minus a magnitude, each with probability one half (Rademacher).

    Raises:
        InputError: ``magnitude`` is not finite and positive, or subnormal in float32.
    """

    magnitude: float = 1.0

    def __post_init__(self) -> None:
        _positive(self, "magnitude")
        _ = self.integer

    @property
    def mean(self) -> float:
        """Zero."""
        return 0.0

    @property
    def std(self) -> float:
        """The magnitude."""
        return self.magnitude

    @property
    def kurtosis(self) -> float:
        """One, the least there is."""
        return 1.0

    @property
    def integer(self) -> IntegerLaw:
        """The law as engines see it."""
        return compilation.sign(self.magnitude)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Uniform on ``[low, high)``, with both bounds as float32 holds them.

    Where ``low == -high`` values are odd multiples of ``high * 2**-24``: symmetric, never zero.
    Otherwise they are multiples of ``max(|low|, |high|) * 2**-24``.

    Raises:
        InputError: A bound is not finite, ``low >= high``, or float32 has no value between them.

    >>> round(Uniform(-1.0, 1.0).std ** 2 * 3, 12)
    1.0
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        _finite(self, "low")
        _finite(self, "high")
        if self.low >= self.high:
            raise errors.InputError(
                f"{self!r} is empty", needed="low below high", do="swap the bounds, or use Constant"
            )
        _ = self.integer

    @property
    def mean(self) -> float:
        """``(low + high) / 2``."""
        return self.low / 2 + self.high / 2

    @property
    def std(self) -> float:
        """``(high - low) / sqrt(12)``."""
        return (self.high - self.low) / math.sqrt(12)

    @property
    def kurtosis(self) -> float:
        """``9 / 5``."""
        return 9 / 5

    @property
    def integer(self) -> IntegerLaw:
        """The law as engines see it."""
        return compilation.uniform(self.low, self.high)


@dataclass(frozen=True, slots=True)
class Normal:
    """Normal with the given mean and standard deviation; values lie within 6.34 of its stds.

    Raises:
        InputError: ``mean`` or ``std`` is not finite, ``std <= 0``, or float32 cannot tell ``std``
            beside ``mean``.
    """

    mean: float = 0.0
    std: float = 1.0

    def __post_init__(self) -> None:
        _finite(self, "mean")
        _positive(self, "std")
        _ = self.integer

    @property
    def kurtosis(self) -> float:
        """Three."""
        return 3.0

    @property
    def integer(self) -> IntegerLaw:
        """The law as engines see it."""
        return compilation.normal(self.mean, self.std)


@dataclass(frozen=True, slots=True)
class TruncatedNormal:
    """A normal law restricted to ``[low, high]``: no value leaves the bounds.

    Args:
        parent_mean: Mean of the normal law that is cut.
        parent_std: Standard deviation of the normal law that is cut, which is not ``std``.
        low: Absolute lower bound, may be ``-inf``.
        high: Absolute upper bound, may be ``inf``.

    Raises:
        InputError: As ``Normal``; or a bound is NaN, ``low >= high``, or so little of the parent
            lies between the bounds (under ``2**-16``) that 32-bit words cannot resolve it.

    >>> law = TruncatedNormal.from_sigmas(0.02, exact_std=True)
    >>> round(law.std, 15), round(law.parent_std, 6)
    (0.02, 0.022737)
    """

    parent_mean: float
    parent_std: float
    low: float
    high: float

    def __post_init__(self) -> None:
        _finite(self, "parent_mean")
        _positive(self, "parent_std")
        if not self.low < self.high:
            raise errors.InputError(
                f"{self!r} is empty", needed="low below high", do="swap the bounds, or use Constant"
            )
        _ = self.integer

    @classmethod
    def from_sigmas(
        cls, std: float, cut: float = 2.0, mean: float = 0.0, *, exact_std: bool = False
    ) -> "TruncatedNormal":
        """A normal law cut at ``mean - cut`` and ``mean + cut`` parent stds.

        Args:
            std: Std of the parent; of the result if ``exact_std``.
            cut: Where to cut, in stds of the parent, positive.
            mean: Mean of the parent, and so of the result.
            exact_std: Enlarge the parent so that the result has the std ``std``.

        Returns:
            The cut law, with absolute bounds.

        Raises:
            InputError: ``cut`` is not above 0; also as ``TruncatedNormal``.
        """
        if not cut > 0:
            raise errors.InputError(
                f"cut is {cut!r}", needed="a number of parent stds above 0", do="pass cut=2.0"
            )
        parent = std / truncation.moments(-cut, cut).std if exact_std else std
        return cls(mean, parent, mean - cut * parent, mean + cut * parent)

    @property
    def mean(self) -> float:
        """Mean of the cut law."""
        return self.parent_mean + self.parent_std * self._unit.mean

    @property
    def std(self) -> float:
        """Standard deviation of the cut law, smaller than the parent's."""
        return self.parent_std * self._unit.std

    @property
    def kurtosis(self) -> float:
        """Fourth central moment over squared variance of the cut law."""
        return self._unit.kurtosis

    @property
    def integer(self) -> IntegerLaw:
        """The law as engines see it."""
        return compilation.truncated(self.parent_mean, self.parent_std, self.low, self.high)

    @property
    def _unit(self) -> truncation.Moments:
        low = (self.low - self.parent_mean) / self.parent_std
        return truncation.moments(low, (self.high - self.parent_mean) / self.parent_std)


Law = Uniform | Normal | TruncatedNormal | Sign | Constant
"""Every law that a single word an element can serve."""


def _finite(law: Law, field: str) -> None:
    value = getattr(law, field)
    if isinstance(value, bool) or not math.isfinite(value):
        raise errors.InputError(
            f"{field} is {value!r}", needed="a finite number", do=f"pass another {field}"
        )


def _positive(law: Law, field: str) -> None:
    value = getattr(law, field)
    if isinstance(value, bool) or not (math.isfinite(value) and value > 0):
        raise errors.InputError(
            f"{field} is {value!r}", needed="a finite number above 0", do=f"pass another {field}"
        )
