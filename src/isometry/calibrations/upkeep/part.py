"""What every part of the upkeep has: a name and options, and what these are held against."""

import math
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from isometry import errors


@dataclass(frozen=True, slots=True)
class Part(ABC):
    """One way to keep a start up while training."""

    name: ClassVar[str] = ""
    references: ClassVar[tuple[str, ...]] = ()
    planned: ClassVar[bool] = True
    """Whether it needs a plan."""

    @property
    @abstractmethod
    def keeps(self) -> bool:
        """Whether what the model computes on the example stays, rounding apart."""

    def options(self) -> dict[str, Any]:
        """The options by name, as what JSON can hold."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        }


def whole(part: Part, *names: str, least: int = 1) -> None:
    """Refuse options that are no whole numbers of at least ``least``."""
    for name in names:
        value = getattr(part, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            _refuse(part, name, f"a whole number of at least {least}")


def between(
    part: Part,
    name: str,
    *,
    low: float,
    high: float = math.inf,
    open_below: bool = False,
    open_above: bool = False,
) -> None:
    """Refuse an option that is no number from ``low`` to ``high``, both included.

    Args:
        part: Whose option.
        name: Which.
        low: The least.
        high: The greatest.
        open_below: Whether ``low`` itself is refused.
        open_above: Whether ``high`` itself is refused.
    """
    value = getattr(part, name)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    edge = number and ((open_below and value == low) or (open_above and value == high))
    if not number or edge or not low <= value <= high:
        start = f"above {low:g}" if open_below else f"at least {low:g}"
        end = f"below {high:g}" if open_above else f"at most {high:g}"
        _refuse(part, name, start if high == math.inf else f"{start} and {end}")


def _refuse(part: Part, name: str, needed: str) -> None:
    raise errors.InputError(
        f"{part.name}: {name} is {getattr(part, name)!r}", needed=needed, do=f"change {name}="
    )
