"""Plans as JSON of schema 1, exactly, and the digest of that JSON."""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from isometry import errors, schemes
from isometry.parameters import encoding
from isometry.plans.assignment import Assignment
from isometry.recipes import DEMANDS, PLAIN, Demand, Rates

T = TypeVar("T")

SCHEMA = 1
"""Version of the file's layout; another layout gets another number."""


def plan_data(recipe: str, version: str, assignments: Sequence[Assignment]) -> dict[str, Any]:
    """A plan as what JSON can hold."""
    return {
        "schema": SCHEMA,
        "recipe": recipe,
        "version": version,
        "assignments": [_assignment_data(assignment) for assignment in assignments],
    }


def text(data: dict[str, Any]) -> str:
    """JSON that a person can read: one assignment a line."""
    lines = [json.dumps(one, ensure_ascii=False, allow_nan=False) for one in data["assignments"]]
    head = ", ".join(f'"{key}": {json.dumps(data[key])}' for key in ("schema", "recipe", "version"))
    body = ",\n  ".join(lines)
    demands = f', "demands": {json.dumps(data["demands"])}' if "demands" in data else ""
    return f'{{{head}{demands}, "assignments": [\n  {body}\n]}}\n'


def digest(data: dict[str, Any]) -> str:
    """BLAKE2b-128 of the canonical JSON: sorted keys, no spaces."""
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.blake2b(canonical.encode(), digest_size=16, person=b"plan").hexdigest()


def demands_data(demands: Sequence[Demand]) -> dict[str, Any]:
    """What a plan asks of the architecture, as what JSON can hold; nothing for nothing."""
    return {"demands": [encoding.changed(one) for one in demands]} if demands else {}


def decoded(source: str) -> tuple[str, tuple[Assignment, ...], str, tuple[Demand, ...]]:
    """Recipe, assignments, version and demands of a plan's JSON.

    Args:
        source: The file's text.

    Returns:
        Recipe, assignments in order, version, and demands.

    Raises:
        InputError: It is not such JSON; the message says where.
    """
    data = _loaded(source)
    found = data.get("schema")
    if found != SCHEMA:
        raise _unreadable(f"schema is {found!r}", f"schema {SCHEMA}")
    items = enumerate(_read(data, "assignments", list, "the plan"))
    assignments = tuple(_assignment(item, f"assignments[{place}]") for place, item in items)
    recipe, version = (
        _read(data, "recipe", str, "the plan"),
        _read(data, "version", str, "the plan"),
    )
    return recipe, assignments, version, tuple(map(_demand, data.get("demands", ())))


def _demand(data: Any) -> Demand:
    demand = _known(Demand, data, "demands")
    if demand.what not in DEMANDS:
        raise _unreadable(f"a demand is {demand.what!r}", f"one of {', '.join(DEMANDS)}")
    return demand


def _known(kind: Callable[..., T], data: Any, place: str) -> T:
    """A record from its fields."""
    try:
        return kind(**{key: encoding.frozen(value) for key, value in data.items()})
    except (AttributeError, TypeError) as error:
        raise _unreadable(f"{place}: {error}", f"the fields of {place}") from error


def _assignment_data(assignment: Assignment) -> dict[str, Any]:
    scheme = assignment.scheme
    rates = {} if assignment.rates == PLAIN else {"rates": encoding.changed(assignment.rates)}
    return {
        "parameter": encoding.to_data(assignment.parameter),
        "scheme": None if scheme is None else schemes.to_json(scheme),
        "reason": assignment.reason,
        "source": assignment.source,
        **rates,
    }


def _assignment(data: Any, place: str) -> Assignment:
    described = _read(data, "parameter", dict, place)
    scheme = data.get("scheme")
    try:
        described_parameter = encoding.from_data(described)
    except TypeError as error:
        raise _unreadable(f"{place}.parameter: {error}", "the fields of a parameter") from error
    return Assignment(
        parameter=described_parameter,
        scheme=None if scheme is None else schemes.from_json(scheme),
        reason=_read(data, "reason", str, place),
        source=_read(data, "source", str, place),
        rates=_known(Rates, data.get("rates", {}), f"{place}.rates"),
    )


def _loaded(source: str) -> dict[str, Any]:
    try:
        data = json.loads(source, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise _unreadable(where, "JSON") from error
    if not isinstance(data, dict):
        raise _unreadable(f"the top is a {type(data).__name__}", "an object")
    return data


def _refuse_constant(name: str) -> Any:
    raise _unreadable(f"a number is {name}", "finite numbers")


def _read(data: Any, key: str, kind: type[Any], place: str) -> Any:
    value = data.get(key) if isinstance(data, dict) else None
    if not isinstance(value, kind):
        raise _unreadable(f"{key!r} of {place} is {value!r:.60}", f"a {kind.__name__}")
    return value


def _unreadable(found: str, needed: str) -> errors.InputError:
    return errors.InputError(found, needed=needed, do="write the plan again with to_json()")
