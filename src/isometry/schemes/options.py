"""Fields of a scheme from JSON and back, by their declared types."""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from functools import lru_cache
from math import isinf
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from isometry import errors
from isometry.parameters import Parameter, encoding
from isometry.schemes.scheme import Scheme

Reader = Callable[[Any], Scheme]
"""From the JSON of a nested scheme to the scheme."""


@lru_cache(maxsize=128)
def options_of(kind: type[Scheme]) -> dict[str, Any]:
    """Names and declared types of the options of a scheme, in order."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in _fields(kind)}


def required_of(kind: type[Scheme]) -> tuple[str, ...]:
    """Names of the options that have no default."""
    return tuple(field.name for field in _fields(kind) if field.default is MISSING)


def encoded(value: object, hint: Any, write: Callable[[Scheme], Any]) -> Any:
    """A field as JSON: tuples as lists, infinities as text, schemes by ``write``."""
    if isinstance(value, Scheme):
        return write(value)
    if isinstance(value, Parameter):
        return encoding.to_data(value)
    if isinstance(value, tuple):
        hints = _element_hints(hint, len(value))
        return [encoded(item, inner, write) for item, inner in zip(value, hints, strict=True)]
    number: Any = float(value) if hint is float else value  # type: ignore[arg-type] # by its hint
    return str(number) if isinstance(number, float) and isinf(number) else number


def decoded(value: Any, hint: Any, read: Reader, *, where: str) -> Any:
    """A field from JSON, or from an option given in Python.

    Args:
        value: What was given.
        hint: Declared type of the field.
        read: How a nested scheme is read.
        where: What the value is, for the error.

    Returns:
        The value as the scheme holds it: lists as tuples, texts as schemes or infinities.

    Raises:
        InputError: The value is not of the declared type.
    """
    if get_origin(hint) is tuple and isinstance(value, list | tuple):
        hints = _element_hints(hint, len(value))
        if len(hints) == len(value):
            pairs = zip(value, hints, strict=True)
            return tuple(decoded(item, inner, read, where=where) for item, inner in pairs)
    if isinstance(hint, type) and issubclass(hint, Scheme):
        return value if isinstance(value, Scheme) else read(value)
    if hint is Parameter and isinstance(value, Mapping):
        return _parameter(value, where)
    if value in ("inf", "-inf") and float in (hint, *get_args(hint)):
        return float(value)
    if not _fits(value, hint):
        raise errors.InputError(
            f"{where} is {value!r}", needed=in_words(hint), do="give a value of that kind"
        )
    return float(value) if hint is float else value


def in_words(hint: Any) -> str:
    """A declared type in words."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is tuple:
        return "a list" if inner[-1] is Ellipsis else f"a list of {len(inner)}"
    if origin is Literal:
        return f"one of {', '.join(map(str, inner))}"
    if origin in UNIONS:
        return " or ".join(in_words(one) for one in inner)
    return _WORDS[hint]


UNIONS = (types.UnionType, Union)

_WORDS = {
    bool: "true or false",
    float: "a number",
    int: "a whole number",
    str: "text",
    Parameter: "a tensor's description",
    Scheme: "a scheme",
}


def _parameter(value: Mapping[str, Any], where: str) -> Parameter:
    try:
        return encoding.from_data(dict(value))
    except TypeError as error:
        raise errors.InputError(
            f"{where} is {value!r}: {error}",
            needed=in_words(Parameter),
            do="give its path, shape and axes",
        ) from error


def _fits(value: object, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) in UNIONS:
        return any(_fits(value, inner) for inner in get_args(hint))
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is hint


def _element_hints(hint: Any, count: int) -> tuple[Any, ...]:
    inner = get_args(hint)
    return (inner[0],) * count if inner[-1] is Ellipsis else inner


def _fields(kind: Any) -> tuple[Field[Any], ...]:
    return fields(kind)
