"""The methods by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from isometry import errors
from isometry.calibrations.methods import (
    LSUV,
    GradInit,
    Jacobian,
    Krahenbuhl,
    MetaInit,
    Method,
    option_names,
)

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
    _check(kind, options)
    return kind(**options)


def _check(kind: type[Method], options: Mapping[str, Any]) -> None:
    hints = get_type_hints(kind)
    for name, value in options.items():
        if name not in option_names(kind):
            raise errors.InputError(
                f"{kind.name} has no option {name!r}",
                needed=f"one of {', '.join(option_names(kind))}",
                do="correct the spelling or leave it out",
            )
        choices = get_args(hints[name]) if get_origin(hints[name]) is Literal else ()
        if choices and value not in choices:
            raise errors.InputError(
                f"{kind.name}: {name} is {value!r}",
                needed=f"one of {', '.join(choices)}",
                do="choose one of them",
            )
