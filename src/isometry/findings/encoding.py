"""The text of a run file: strict JSON, one record a line."""

import json
from collections.abc import Iterator
from typing import Any

from isometry import errors

SCHEMA = 1
"""Version of the file's layout; another layout gets another number."""

SUFFIX = ".iso.json"
"""How the name of a run file ends."""


def text(data: dict[str, Any]) -> str:
    """JSON that a person can read.

    Args:
        data: What ``Diagnosis.to_data()`` returned.

    Returns:
        The text of a file; records of a list stand on lines of their own.
    """
    return "".join(_object(data, "")) + "\n"


def _object(data: dict[str, Any], indent: str) -> Iterator[str]:
    inside, comma = indent + " ", ""
    yield "{"
    for key, value in data.items():
        yield f"{comma}\n{inside}{json.dumps(key)}: "
        match value:
            case dict():
                yield from _object(value, inside)
            case [dict(), *_]:
                yield f"[\n{inside} " + f",\n{inside} ".join(map(_line, value)) + f"\n{inside}]"
            case _:
                yield _line(value)
        comma = ","
    yield f"\n{indent}}}"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


AGAIN = f"write the file again: isometry check MODEL --save run{SUFFIX}"


def loaded(source: str, *, do: str = AGAIN) -> dict[str, Any]:
    """The object that a file's text holds.

    Args:
        source: The text.
        do: What a message says of how to get a good file.

    Returns:
        What JSON holds.

    Raises:
        InputError: It is no JSON, or of another schema.
    """
    try:
        data = json.loads(source, parse_constant=str)
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}: {problem.msg}"
        raise errors.InputError(where, needed="JSON", do=do) from problem
    found = data.get("schema") if isinstance(data, dict) else None
    if found != SCHEMA:
        raise errors.InputError(
            f"the schema is {found!r}", needed=f"an object of schema {SCHEMA}", do=do
        )
    return dict(data)
