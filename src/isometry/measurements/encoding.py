"""Frozen records as what strict JSON can hold, and back, both by the types of their fields.

JSON has no number that is none and no infinite one: NaN is ``null``, the infinities are the strings
``"Infinity"`` and ``"-Infinity"``. Every field is written, so that a reader needs no defaults;
parameters alone leave out what equals theirs, as in a plan.
"""

import math
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from isometry import errors
from isometry.parameters import Parameter, encoding

T = TypeVar("T")

INFINITE = {"Infinity": math.inf, "-Infinity": -math.inf}

NAMES: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: 'a number, null, "Infinity" or "-Infinity"',
    str: "a text",
    NoneType: "null",
}
"""Simple types in the words of JSON."""


def to_data(value: Any) -> Any:
    """A record, or what one holds, as what JSON can hold.

    Args:
        value: Frozen records, tuples, numbers, texts, booleans and nothing.

    Returns:
        Dictionaries, lists and what they may hold.

    Raises:
        TypeError: Something else is in it.

    >>> to_data((1.5, math.nan, -math.inf))
    [1.5, None, '-Infinity']
    """
    match value:
        case Parameter():
            return to_data(encoding.to_data(value))
        case dict():
            return {key: to_data(item) for key, item in value.items()}
        case tuple():
            return [to_data(item) for item in value]
        case bool() | str() | None:
            return value
        case int():
            return int(value)
        case float():
            return _number(float(value))
        case _ if is_dataclass(value):
            return {field.name: to_data(getattr(value, field.name)) for field in fields(value)}
        case _:
            raise TypeError(f"a {type(value).__name__} has no place in a record of measurements")


def _number(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else str(value).replace("inf", "Infinity")


def from_data(kind: type[T], data: Any, place: str = "") -> T:
    """The record that :func:`to_data` wrote.

    Args:
        kind: Its class.
        data: What JSON held.
        place: Where that stands in the file, for messages.

    Returns:
        An equal record; NaN stands where it stood.

    Raises:
        InputError: A field is missing, unknown, or of another type.
    """
    record: T = _read(kind, data, place or kind.__name__.lower())
    return record


def _read(kind: Any, data: Any, place: str) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Parameter:
        return _parameter(data, place)
    if is_dataclass(kind):
        return _record(kind, data, place)
    if origin is tuple:
        return _tuple(inner, data, place)
    if origin in (Union, UnionType):
        return _one_of(inner, data, place)
    if origin is Literal:
        if data in inner:
            return data
        raise _unreadable(data, place, f"one of {', '.join(map(str, inner))}")
    return _simple(kind, data, place)


def _simple(kind: type, data: Any, place: str) -> Any:
    if kind is float and data is None:
        return math.nan
    if kind is float and isinstance(data, str) and data in INFINITE:
        return INFINITE[data]
    if kind is float and type(data) in (int, float):
        return data  # a whole number stays one, so that a file read and written is the same
    if kind is not float and type(data) is kind:
        return data
    raise _unreadable(data, place, NAMES[kind])


def _record(kind: Any, data: Any, place: str) -> Any:
    hints = _hints(kind)
    if not isinstance(data, dict):
        raise _unreadable(data, place, f"an object with {', '.join(hints)}")
    needed = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]
    missing, unknown = [name for name in needed if name not in data], [*data.keys() - hints.keys()]
    if missing or unknown:
        wrong = f"{missing[0]} is missing" if missing else f"{min(unknown)!r} is unknown"
        raise errors.InputError(wrong, needed=f"the fields {', '.join(hints)}", do=DO, path=place)
    return kind(**{key: _read(hints[key], item, f"{place}.{key}") for key, item in data.items()})


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _tuple(inner: tuple[Any, ...], data: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise _unreadable(data, place, "a list")
    kinds = inner[:1] * len(data) if inner[1:] == (...,) else inner
    if len(kinds) != len(data):
        raise _unreadable(data, place, f"a list of {len(kinds)}")
    pairs = enumerate(zip(kinds, data, strict=True))
    return tuple(_read(kind, item, f"{place}[{i}]") for i, (kind, item) in pairs)


def _one_of(kinds: tuple[Any, ...], data: Any, place: str) -> Any:
    """The first type that fits; a null is nothing where nothing may stand, else NaN."""
    if data is None and NoneType in kinds:
        return None
    rest = [kind for kind in kinds if kind is not NoneType]
    for kind in rest[:-1]:
        try:
            return _read(kind, data, place)
        except errors.InputError:
            continue
    return _read(rest[-1], data, place)


def _parameter(data: Any, place: str) -> Parameter:
    try:
        return encoding.from_data(data)
    except (AttributeError, TypeError, errors.IsometryError) as problem:
        raise errors.InputError(
            str(problem).rstrip("."), needed="the fields of a parameter", do=DO, path=place
        ) from problem


DO = "write the file again with this version of isometry"


def _unreadable(data: Any, place: str, needed: str) -> errors.InputError:
    return errors.InputError(f"there is {data!r:.60}", needed=needed, do=DO, path=place)
