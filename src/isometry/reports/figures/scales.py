"""From numbers to places: even scales, scales by decades, and scales by decades around 0."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import asinh, ceil, floor, isfinite, log10
from typing import Literal, assert_never

Kind = Literal["even", "whole", "decades", "around_zero"]

LINE_OUT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Scale:
    """One axis.

    Attributes:
        low: The least number shown.
        high: The greatest.
        kind: ``"whole"`` for an even axis that names whole numbers alone, ``"decades"`` for
            logarithms, ``"around_zero"`` for ``asinh(v / unit)``.
        unit: Where an axis around 0 turns from even to decades.
    """

    low: float
    high: float
    kind: Kind = "even"
    unit: float = 1.0

    def part(self, value: float) -> float:
        """Where a number lies, from 0 to 1; what is beyond is put on the edge."""
        low, high = self._bent(self.low), self._bent(self.high)
        inside = min(max(value, self.low), self.high)
        return (self._bent(inside) - low) / (high - low)

    def stretch(self, low: float, high: float) -> float:
        """The part of the axis that two numbers span, also beyond its ends."""
        return (self._bent(high) - self._bent(low)) / (self._bent(self.high) - self._bent(self.low))

    def holds(self, value: float) -> bool:
        """Whether a number is shown where it is, not at the edge."""
        return isfinite(value) and self.low <= value <= self.high

    def ticks(self, most: int = 6) -> tuple[tuple[float, str], ...]:
        """Numbers to name, with their names.

        Args:
            most: About how many there may be; none for 0.

        Returns:
            Pairs, ascending.
        """
        if not most:
            return ()
        match self.kind:
            case "even":
                return _even(self.low, self.high, most)
            case "whole":
                return _even(self.low, self.high, most, least=1.0)
            case "decades":
                return _decades(self.low, self.high, most)
            case "around_zero":
                reach = max(-self.low, self.high)
                right = _decades(self.unit, reach, max(most // 2, 1))
                left = tuple((-value, f"−{name}") for value, name in reversed(right))
                return tuple(t for t in (*left, (0.0, "0"), *right) if self.holds(t[0]))
        assert_never(self.kind)

    def _bent(self, value: float) -> float:
        match self.kind:
            case "even" | "whole":
                return value
            case "decades":
                return log10(value)
            case "around_zero":
                return asinh(value / self.unit)
        assert_never(self.kind)


def decades(values: Sequence[float], *, least: int = 2) -> Scale:
    """The scale by whole decades that holds some numbers.

    Args:
        values: Those not finite or not above 0 are left out.
        least: Decades that it spans at least, so that what is flat looks flat.

    Returns:
        The scale; from 0.1 to 10 for no numbers.

    >>> decades([0.02, 0.3])
    Scale(low=0.01, high=1.0, kind='decades', unit=1.0)
    """
    logs = [log10(value) for value in values if isfinite(value) and value > 0.0] or [0.0]
    low, high = floor(min(logs)), ceil(max(logs))
    while high - low < least:
        low, high = (low - 1, high) if min(logs) - low <= high - max(logs) else (low, high + 1)
    return Scale(10.0**low, 10.0**high, "decades")


def power(exponent: int) -> str:
    """A power of ten.

    >>> power(-3)
    '10⁻³'
    """
    return f"10{str(exponent).translate(LINE_OUT)}"


def short(value: float) -> str:
    """A number to three digits, with a true minus.

    >>> short(-0.0001234), short(1789.0), short(1e-12), short(3e11)
    ('−0.000123', '1790', '1e−12', '3e11')
    """
    return _signed(float(f"{value:.3g}"))


def percent(share: float) -> str:
    """A share from 0 to 1 in words.

    >>> percent(0.1234)
    '12.3 %'
    """
    return f"{short(100.0 * share)} %"


def _signed(value: float) -> str:
    return (
        f"{value:g}".replace("e-0", "e-").replace("e+0", "e+").replace("e+", "e").replace("-", "−")
    )


def _even(
    low: float, high: float, most: int, *, least: float = 0.0
) -> tuple[tuple[float, str], ...]:
    rough = max((high - low) / most, least)
    size = 10.0 ** floor(log10(rough))
    step = next(size * k for k in (1, 2, 5, 10) if size * k >= rough * 0.999)
    numbers = (step * k for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1))
    return tuple((number, _signed(round(number, 12))) for number in numbers)


def _decades(low: float, high: float, most: int) -> tuple[tuple[float, str], ...]:
    first, last = ceil(log10(low) - 1e-9), floor(log10(high) + 1e-9)
    step = max(1, ceil((last - first) / most))
    exponents = range(first, last + 1, step)
    return tuple((10.0**exponent, power(exponent)) for exponent in exponents)
