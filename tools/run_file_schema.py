"""Write the JSON Schemas of run files and training runs from the types of what they hold.

Run it after a record of a measurement or a finding has gained or lost a field:

    python tools/run_file_schema.py
"""

import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass
from inspect import getdoc
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from isometry.findings import Diagnosis, TrainingRun
from isometry.measurements import Capture, summary
from isometry.parameters import Axes, Parameter, Surroundings
from isometry.parameters.axes import Blocks

FOLDER = Path(__file__).parents[1] / "src/isometry/reports/schemas"
SCHEMA = FOLDER / "diagnosis-1.json"

SHORT = (Axes, Blocks, Parameter, Surroundings)
"""Records of which fields that equal their default are left out."""

SIMPLE: dict[Any, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    str: {"type": "string"},
    NoneType: {"type": "null"},
    float: {"$ref": "#/$defs/number"},
}

NUMBER = {
    "description": "A number; null where it is none (NaN), a text where it is infinite.",
    "anyOf": [{"type": ["number", "null"]}, {"enum": ["Infinity", "-Infinity"]}],
}

Properties = dict[str, dict[str, Any]]

HEAD: Properties = {
    "schema": {"const": 1, "description": "Version of this layout."},
    "isometry": {"type": "string", "description": "The version that wrote the file."},
    "ok": {
        "type": "boolean",
        "description": "Whether the model came to its end with no error and no warning.",
    },
    "verdict": {"type": "string", "description": "The whole in one sentence."},
}
"""What a file says beside the diagnosis."""

RUN_HEAD: Properties = {
    **HEAD,
    "ok": {"type": "boolean", "description": "Whether no finding is an error or a warning."},
    "summaries": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "step": {"type": "integer"},
                **{name: {"$ref": "#/$defs/number"} for name in summary(Capture(0, 0.0, ()))},
            },
            "required": ["step", *summary(Capture(0, 0.0, ()))],
            "additionalProperties": False,
        },
        "description": "The eight numbers of each capture.",
    },
}
"""What a file says beside a training run."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One file and what it holds."""

    file: Path
    title: str
    kind: type
    head: Properties


LAYOUTS = (
    Layout(SCHEMA, "isometry run file, schema 1", Diagnosis, HEAD),
    Layout(FOLDER / "training-1.json", "isometry training run, schema 1", TrainingRun, RUN_HEAD),
)


def schema(layout: Layout) -> dict[str, Any]:
    """The schema of a file."""
    found: dict[str, Any] = {}
    _of(layout.kind, found)
    whole = found.pop(layout.kind.__name__)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": layout.title,
        **whole,
        "properties": layout.head | whole["properties"],
        "required": [*layout.head, *whole["required"]],
        "$defs": {"number": NUMBER} | dict(sorted(found.items())),
    }


def _of(kind: Any, found: dict[str, Any]) -> dict[str, Any]:
    """The schema of one type; records become definitions of their own."""
    inner = get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        _define(kind, found)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if get_origin(kind) is Literal:
        return {"enum": list(inner)}
    if get_origin(kind) in (Union, UnionType):
        return {"anyOf": [_of(one, found) for one in inner]}
    if get_origin(kind) is tuple and inner[1:] == (...,):
        return {"type": "array", "items": _of(inner[0], found)}
    if get_origin(kind) is tuple:
        places = [_of(one, found) for one in inner]
        return {"type": "array", "prefixItems": places, "items": False, "minItems": len(places)}
    return SIMPLE[kind]


def _define(kind: Any, found: dict[str, Any]) -> None:
    if kind.__name__ in found:
        return
    found[kind.__name__] = {}
    hints, told = get_type_hints(kind), _described(getdoc(kind) or "")
    needed = [field.name for field in fields(kind) if kind not in SHORT or _required(field)]
    found[kind.__name__] = {
        "description": (getdoc(kind) or "").partition("\n")[0],
        "type": "object",
        "properties": {
            name: _of(hint, found) | ({"description": told[name]} if name in told else {})
            for name, hint in hints.items()
        },
        "required": needed,
        "additionalProperties": False,
    }


def _required(field: Any) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _described(words: str) -> dict[str, str]:
    """What a docstring in Google style says of each attribute."""
    block = words.partition("Attributes:\n")[2].partition("\n\n")[0]
    items = re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", block, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in items}


def text(layout: Layout = LAYOUTS[0]) -> str:
    """The file: one property a line."""
    return "".join(_lines("", schema(layout), "")) + "\n"


def _lines(key: str, value: Any, indent: str) -> Iterator[str]:
    if not isinstance(value, dict) or not (key in OPENED or "properties" in value):
        yield json.dumps(value, ensure_ascii=False)
        return
    start = "{\n"
    for name, inner in value.items():
        yield f"{start}{indent} {json.dumps(name)}: "
        yield from _lines(name, inner, indent + " ")
        start = ",\n"
    yield f"\n{indent}}}"


OPENED = ("properties", "$defs")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for one in LAYOUTS:
        one.file.write_text(text(one), encoding="utf-8")
        print(f"wrote {one.file}")
