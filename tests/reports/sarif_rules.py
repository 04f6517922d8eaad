"""What SARIF 2.1.0 asks of the objects that we write, from the text of the standard.

OASIS Standard, 27 March 2020; the section that says so stands beside each object. An object holds
the properties of its section and no others, so that a misspelt one is found.
"""

from typing import Any

TEXT, COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}


def closed(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    """An object of these properties alone."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def some(item: dict[str, Any], *, unique: bool = False) -> dict[str, Any]:
    """An array."""
    return {"type": "array", "items": item, "uniqueItems": unique}


LEVEL = {"enum": ["none", "note", "warning", "error"]}  # 3.27.10
MESSAGE = closed(("text",), text=TEXT, markdown=TEXT)  # 3.11: text, where there is no id
STRINGS = closed(("text",), text=TEXT, markdown=TEXT)  # 3.12
REGION = closed(("startLine",), startLine={"type": "integer", "minimum": 1})  # 3.30.5
ARTIFACT = closed((), uri={"type": "string", "format": "uri-reference"}, uriBaseId=TEXT)  # 3.4
PLACE = closed(("artifactLocation",), artifactLocation=ARTIFACT, region=REGION)  # 3.29
LOGICAL = closed((), name=TEXT, fullyQualifiedName=TEXT, kind=TEXT)  # 3.33
LOCATION = closed((), physicalLocation=PLACE, logicalLocations=some(LOGICAL, unique=True))  # 3.28
RULE = closed(  # 3.49
    ("id",),
    id=TEXT,
    name=TEXT,
    shortDescription=STRINGS,
    fullDescription=STRINGS,
    help=STRINGS,
)
DRIVER = closed(("name",), name=TEXT, version=TEXT, rules=some(RULE, unique=True))  # 3.19
SUPPRESSION = closed(  # 3.35
    ("kind",), kind={"enum": ["inSource", "external"]}, justification=TEXT
)
RESULT = closed(  # 3.27
    ("message",),
    ruleId=TEXT,
    ruleIndex=COUNT,
    level=LEVEL,
    message=MESSAGE,
    locations=some(LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    baselineState={"enum": ["new", "unchanged", "updated", "absent"]},
    suppressions=some(SUPPRESSION, unique=True),
)
NOTIFICATION = closed(("message",), level=LEVEL, message=MESSAGE)  # 3.58
INVOCATION = closed(  # 3.20
    ("executionSuccessful",),
    executionSuccessful={"type": "boolean"},
    toolExecutionNotifications=some(NOTIFICATION),
)
RUN = closed(  # 3.14
    ("tool",),
    tool=closed(("driver",), driver=DRIVER),  # 3.18
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=some(RESULT),
    invocations=some(INVOCATION),
)
LOG = closed(
    ("version", "runs"), **{"$schema": TEXT, "version": {"const": "2.1.0"}}, runs=some(RUN)
)
"""3.13: the whole file."""
