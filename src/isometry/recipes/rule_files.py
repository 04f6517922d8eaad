r"""A user's own rules from a TOML or JSON file.

::

    name = "mine"  # how the plan will call it
    summary = "What it does."  # optional
    base = "he"  # optional: decides what no rule here does; or
    # {name = "he", activation = "gelu"}

    [[rules]]  # first match wins
    path = "*.c_proj.weight"  # a glob over the whole path; or
    regex = "h\.\d+\.weight"  # a regular expression that matches the whole path
    roles = ["weight"]  # any of these roles, or role = "residual-output", one of them
    layers = ["linear"]  # any of these layers
    kind = "parameter"  # or "buffer"
    before = "relu"  # the weight's result goes there, as the model's graph shows
    after = "norm"  # the weight's input comes from there
    residual = "output"  # last of a residual branch; or "branch", "shortcut"
    part = "query"  # what it does in its block; or "key", "value", "up", "head" ...
    normed = "before"  # its residual branch has its norm there; or "after", "inside"
    cross = true  # it serves attention to another stream
    scheme = "zeros"  # a scheme's name, "keep", or
    # {name = "normal", std = 0.02}
    reason = "Why."  # optional
    required = true  # optional: matching nothing is an error

JSON has the same keys.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from isometry import errors, schemes
from isometry.parameters import Parameter
from isometry.recipes import catalogue
from isometry.recipes.rule import Recipe, Rule, Selector
from isometry.schemes import Scheme

TOP = {"name": str, "summary": str, "base": (str, dict), "rules": list}
RULE = {
    "path": str,
    "regex": str,
    "roles": list,
    "layers": list,
    "kind": str,
    "before": str,
    "after": str,
    "residual": str,
    "part": str,
    "normed": str,
    "cross": bool,
    "role": str,
    "scheme": (str, dict),
    "reason": str,
    "required": bool,
}
KEEP = "keep"

SELECTORS = tuple(field.name for field in fields(Selector) if field.name in RULE)
"""Keys of a rule that say which tensors it is for."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in which file, for messages."""

    file: Path
    key: str = ""

    def at(self, key: str) -> "_Place":
        return _Place(self.file, f"{self.key}.{key}" if self.key else key)

    def __str__(self) -> str:
        return f"{self.file}: {self.key}" if self.key else str(self.file)


def load(path: str | Path, parameters: Sequence[Parameter] = ()) -> Recipe:
    """The recipe that a file describes, for the model that has these tensors.

    Args:
        path: A ``.toml`` or ``.json`` file.
        parameters: The model's tensors, for a ``base`` that reads sizes.

    Returns:
        The recipe.

    Raises:
        FileError: The file cannot be read.
        InputError: It is not what it should be; the message names file, line or key.
        UnknownNameError: It names a recipe, scheme, role or layer that does not exist.
    """
    place = _Place(Path(path))
    data = _parsed(place)
    _check_keys(data, TOP, place)
    rules = [_rule(one, place.at(f"rules[{n}]")) for n, one in enumerate(data.get("rules", []))]
    base = _base(data, parameters, place)
    return Recipe(
        name=data.get("name", place.file.stem),
        summary=data.get("summary", f"Rules from {place.file.name}."),
        rules=(*rules, *(() if base is None else base.rules)),
        references=() if base is None else base.references,
        demands=() if base is None else base.demands,
    )


def _parsed(place: _Place) -> dict[str, Any]:
    text = _text(place)
    try:
        data = tomllib.loads(text) if place.file.suffix == ".toml" else json.loads(text)
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        form = "TOML" if place.file.suffix == ".toml" else "JSON"
        raise errors.InputError(
            f"the file is not {form}: {error}",
            needed=f"valid {form}",
            do="correct that line",
            path=str(place),
        ) from error
    if not isinstance(data, dict):
        raise _wrong(place, f"the file holds a {type(data).__name__}", "an object with rules")
    return data


def _text(place: _Place) -> str:
    try:
        return place.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise errors.FileError(
            f"the file cannot be read: {reason}",
            needed="a .toml or .json file of rules",
            do="check the path",
            path=str(place),
        ) from error


def _base(data: Mapping[str, Any], parameters: Sequence[Parameter], place: _Place) -> Recipe | None:
    match data.get("base"):
        case None:
            return None
        case str() as name:
            return catalogue.recipe(name, parameters)
        case options:
            name = _name(options, place.at("base"))
            rest = {key: value for key, value in options.items() if key != "name"}
            return catalogue.recipe(name, parameters, **rest)


def _rule(data: Any, place: _Place) -> Rule:
    if not isinstance(data, dict):
        raise _wrong(place, f"it is {data!r}", "a table with a selector and a scheme")
    _check_keys(data, RULE, place)
    if "scheme" not in data:
        raise _wrong(
            place, "it has no scheme", 'scheme = "a name" or {name = "normal", std = 0.02}'
        )
    select = _selector(data, place)
    return Rule(
        select,
        _scheme(data["scheme"], place.at("scheme")),
        data.get("reason", f"Rule for {select.text} in {place.file.name}."),
        required=data.get("required", True),
    )


def _selector(data: Mapping[str, Any], place: _Place) -> Selector:
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in data.items()
        if key in SELECTORS
    }
    if not given:
        raise _wrong(place, "it selects every tensor", 'a selector, such as path = "*" for all')
    try:
        return Selector(**given)
    except errors.InputError as error:
        raise type(error)(f"{error}".removesuffix("."), path=str(place)) from error


def _scheme(data: Any, place: _Place) -> Scheme | None:
    name = data if isinstance(data, str) else _name(data, place)
    options = {} if isinstance(data, str) else {k: v for k, v in data.items() if k != "name"}
    if name == KEEP:
        return None
    try:
        return schemes.scheme(name, **options)
    except errors.InputError as error:
        raise type(error)(f"{error}".removesuffix("."), path=str(place)) from error


def _name(data: Mapping[str, Any], place: _Place) -> str:
    name = data.get("name")
    if not isinstance(name, str):
        raise _wrong(place, f"its name is {name!r}", 'name = "..."')
    return name


def _check_keys(data: Mapping[str, Any], known: Mapping[str, Any], place: _Place) -> None:
    for key, value in data.items():
        if key not in known:
            raise _wrong(place.at(key), "the key is unknown", f"one of {', '.join(known)}")
        if not isinstance(value, known[key]):
            raise _wrong(place.at(key), f"it is {value!r}", f"a {_type_name(known[key])}")


def _type_name(kind: Any) -> str:
    words = {str: "text", list: "list", dict: "table", bool: "true or false"}
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return " or ".join(words[one] for one in kinds)


def _wrong(place: _Place, found: str, needed: str) -> errors.InputError:
    return errors.InputError(found, needed=needed, do="correct the file", path=str(place))
