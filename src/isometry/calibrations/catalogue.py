"""The methods by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from isometry import errors
from isometry.calibrations.methods import (
    LSUV,
    GradInit,
    Jacobian,
    Krahenbuhl,
    MetaInit,
    Method,
)
from isometry.calibrations.options import check_options

METHODS: Mapping[str, type[Method]] = MappingProxyType(
    {kind.name: kind for kind in (GradInit, Jacobian, Krahenbuhl, LSUV, MetaInit)}
)
"""Every method by its name."""

MethodLike = str | Method
"""A method's name, or a method with its options."""


def names() -> tuple[str, ...]:
    """The names of all methods."""
    return tuple(sorted(METHODS))


def method(given: MethodLike, **options: Any) -> Method:
    """The method of that name with these options; a method itself is taken as it is.

    Args:
        given: A name in :func:`names`, or a method.
        **options: What it is told.

    Returns:
        The method.

    Raises:
        UnknownNameError: No method of that name.
        InputError: It has no such option, or cannot use its value.

    >>> method("lsuv", per="channel").per
    'channel'
    """
    if isinstance(given, Method):
        if options:
            raise errors.InputError(
                f"options ({', '.join(options)}) are given beside a method that has its own",
                needed="one of both",
                do=f"pass the name {given.name!r} with options, or put them into the method",
            )
        return given
    if given not in METHODS:
        raise errors.UnknownNameError(
            f"no method of calibration is called {given!r}",
            needed=f"one of {', '.join(names())}",
            do="choose one of them",
        )
    kind = METHODS[given]
    check_options(kind, options)
    return kind(**options)
