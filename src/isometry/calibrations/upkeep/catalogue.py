"""The parts by name."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from isometry import errors
from isometry.calibrations.options import check_options
from isometry.calibrations.upkeep.part import Part
from isometry.calibrations.upkeep.parts import (
    Balance,
    Clip,
    Gain,
    Orthogonal,
    Renew,
    Revive,
    Shrink,
    Variance,
)

PARTS: Mapping[str, type[Part]] = MappingProxyType(
    {kind.name: kind for kind in (Balance, Clip, Gain, Orthogonal, Renew, Revive, Shrink, Variance)}
)
"""Every part by its name."""

PartLike = str | Part
"""A part's name, or a part with its options."""


def part(given: PartLike, **options: Any) -> Part:
    """The part of that name with these options; a part itself is taken as it is.

    Args:
        given: A name in :data:`PARTS`, or a part.
        **options: What it is told.

    Returns:
        The part.

    Raises:
        UnknownNameError: No part of that name.
        InputError: It has no such option, or cannot use its value.

    >>> part("clip", limit=0.02).limit
    0.02
    """
    if isinstance(given, Part):
        return given
    if given not in PARTS:
        raise errors.UnknownNameError(
            f"no part of the upkeep is called {given!r}",
            needed=f"one of {', '.join(PARTS)}",
            do="choose one of them",
        )
    kind = PARTS[given]
    check_options(kind, options)
    return kind(**options)


def chosen(parts: PartLike | Iterable[PartLike]) -> tuple[Part, ...]:
    """One part or several, in the order in which they act.

    Args:
        parts: Names or parts.

    Returns:
        The parts.

    Raises:
        InputError: There is none, or two of one kind.

    >>> [one.name for one in chosen(("revive", Clip(limit=0.02)))]
    ['revive', 'clip']
    """
    given = (parts,) if isinstance(parts, str | Part) else tuple(parts)
    found = tuple(part(one) for one in given)
    names = [one.name for one in found]
    if not found or len({*names}) < len(names):
        raise errors.InputError(
            f"the parts are {', '.join(names) or 'none'}",
            needed="at least one part, and each at most once",
            do="choose among " + ", ".join(PARTS),
        )
    return found
