"""A family of activations: one formula with named parameters and their customary values."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from isometry.errors import InputError
from isometry.theory.activations import Activation


@dataclass(frozen=True, slots=True)
class Family:
    """How the activations of one name are built.

    Attributes:
        name: Canonical name.
        build: From parameter values, in the order of ``defaults``, to the record.
        defaults: Parameter names and the values that they have when none is given.
        positive: Whether every parameter must be above 0.
        aliases: Other names, in the normal form of ``names.normalised``.
    """

    name: str
    build: Callable[..., Activation]
    defaults: tuple[tuple[str, float], ...] = ()
    positive: bool = False
    aliases: tuple[str, ...] = ()


@lru_cache(maxsize=512)
def member(family: Family, arguments: tuple[float, ...]) -> Activation:
    """The activation with these leading parameter values; the others keep their defaults.

    Args:
        family: The formula and its defaults.
        arguments: Values of its first parameters.

    Returns:
        The record, named with all its parameters.

    Raises:
        InputError: A parameter is not finite, or not above 0 where it must be.
    """
    names = [name for name, _ in family.defaults]
    values = [*arguments, *(value for _, value in family.defaults[len(arguments) :])]
    parameters = tuple(zip(names, values, strict=True))
    _check(family, parameters)
    record = family.build(*values)
    return replace(record, name=_spelled(family.name, parameters), parameters=parameters)


def arranged(family: Family, given: Mapping[str, float]) -> tuple[float, ...]:
    """Values by name, put in the family's order with defaults filled in."""
    return tuple(given.get(name, default) for name, default in family.defaults)


def _check(family: Family, parameters: tuple[tuple[str, float], ...]) -> None:
    for name, value in parameters:
        if not math.isfinite(value) or (family.positive and value <= 0):
            kind = "a finite number above 0" if family.positive else "a finite number"
            raise InputError(
                f"{family.name} has {name}={value:g}",
                needed=kind,
                do=f"write {_spelled(family.name, family.defaults)}, for example",
            )


def _spelled(name: str, parameters: tuple[tuple[str, float], ...]) -> str:
    if not parameters:
        return name
    return f"{name}({', '.join(f'{key}={_number(value)}' for key, value in parameters)})"


def _number(value: float) -> str:
    """The shortest text that is read back as the same number."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)
