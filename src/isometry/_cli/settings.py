"""What ``[tool.isometry]`` of the nearest pyproject.toml sets; the command line wins."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from isometry import errors
from isometry.findings import FAIL_ON, FailOn
from isometry.plans import nearest

FORMATS = ("table", "json", "markdown", "github", "junit", "sarif")
TABLE = "tool.isometry"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a check is judged and told.

    Attributes:
        select: Rules that look; all where empty.
        ignore: Rules that do not.
        fail_on: From which severity on the exit code is 1; empty where it is not set.
        baseline: The file of known findings.
        format: One of ``FORMATS``; empty where it is not set.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: FailOn | None = None
    baseline: Path | None = None
    format: str = ""

    @property
    def limit(self) -> FailOn:
        """From which severity on a check fails."""
        return self.fail_on or "error"

    def over(self, other: "Settings") -> "Settings":
        """These, and those of ``other`` where these say nothing."""
        said = {name: getattr(self, name) for name in KEYS.values() if getattr(self, name)}
        return replace(other, **said)


KEYS = {
    "select": "select",
    "ignore": "ignore",
    "fail-on": "fail_on",
    "baseline": "baseline",
    "format": "format",
}
"""Keys of the table and the attributes that they set."""


def configured(folder: Path) -> Settings:
    """What the nearest pyproject.toml with such a table says, from ``folder`` upwards.

    Args:
        folder: Where the search begins.

    Returns:
        The settings; a baseline lies beside the file that names it.

    Raises:
        FileError: A pyproject.toml on the way cannot be read.
        InputError: A key is unknown, or has a value of another kind.
    """
    for place in (folder, *folder.parents):
        file = place / "pyproject.toml"
        table = _loaded(file).get("tool", {}).get("isometry") if file.is_file() else None
        if table is not None:
            return _settings(table, file)
    return Settings()


def _loaded(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise errors.FileError(
            f"it cannot be read as TOML ({cause})",
            needed="a file that other tools can read, too",
            do="mend it",
            path=str(file),
        ) from cause


def _settings(table: dict[str, Any], file: Path) -> Settings:
    for key in table:
        if key not in KEYS:
            raise errors.UnknownNameError(
                f"{TABLE} has no key {key!r}",
                needed=f"one of {', '.join(KEYS)}",
                do=f"did you mean {nearest(key, KEYS)[0]}?",
                path=str(file),
            )
    values = {KEYS[key]: _value(key, value, file) for key, value in table.items()}
    return Settings(**values)


def _value(key: str, value: Any, file: Path) -> Any:
    accepts, needed, made = KINDS[key]
    if accepts(value):
        return file.parent / value if key == "baseline" else made(value)
    raise errors.InputError(
        f"{TABLE}.{key} is {value!r}", needed=needed, do="correct it", path=str(file)
    )


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


Kind = tuple[Callable[[Any], bool], str, Callable[[Any], Any]]

CODES: Kind = (_texts, 'a list of codes, such as ["ISO1", "ISO301"]', tuple)

KINDS: dict[str, Kind] = {
    "select": CODES,
    "ignore": CODES,
    "fail-on": (FAIL_ON.__contains__, f"one of {', '.join(FAIL_ON)}", str),
    "baseline": (lambda value: isinstance(value, str), "the name of a file", str),
    "format": (FORMATS.__contains__, f"one of {', '.join(FORMATS)}", str),
}
"""For each key: whether a value fits, what is needed, and what is made of it."""
