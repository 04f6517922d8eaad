"""The file in which a monitor keeps a run: one line of JSON for each capture."""

import json
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

from isometry import errors
from isometry.measurements.captures import Capture, capture_from_json

SUFFIX = ".jsonl"
"""How the name of such a file ends, as a rule."""

START = '{"step"'
"""How each line begins."""

FIRST = re.compile(r'\s*\{\s*"step"\s*:')
"""How its text begins, even where the first line was never finished."""

NEEDED = "lines that a JsonLines sink wrote"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a history holds.

    Attributes:
        captures: By step; of those with one step, which resumption repeats, the last.
        notes: What could not be read, and why.
    """

    captures: tuple[Capture, ...]
    notes: tuple[str, ...] = ()


def is_history(text: str) -> bool:
    """Whether a text begins as a history does.

    >>> is_history('{"step": 0, "lo'), is_history('{"schema": 1}')
    (True, False)
    """
    return FIRST.match(text) is not None


def recorded(text: str) -> Recorded:
    """The captures of a history.

    The last line has no end where a run was killed while it was written: such a line is left out,
    and a note says so. Any other line that is no capture is an error.

    Args:
        text: The text of the file.

    Returns:
        The captures, one at least.

    Raises:
        InputError: A line is no capture, or no line is whole.
    """
    lines = text.split("\n")
    found: dict[int, Capture] = {}
    notes: list[str] = []
    for place, line in enumerate(lines, 1):
        if place == len(lines) and line and cut_short(line):
            notes.append(f"line {place} was cut short, as by a kill; it is left out")
        elif line.strip():
            one = _capture(line, place)
            found[one.step] = one
    if not found:
        raise errors.InputError(
            "there is no whole line in it" if notes else "the file is empty",
            needed=NEEDED,
            do="train until the first capture",
        )
    return Recorded(tuple(found[step] for step in sorted(found)), tuple(notes))


def cut_short(line: str) -> bool:
    """Whether a line is the beginning of a capture, and no more.

    >>> cut_short('{"st'), cut_short('{"step": 0, "lo'), cut_short("{}"), cut_short("notes")
    (True, True, False, False)
    """
    try:
        json.loads(line)
    except ValueError:
        return START.startswith(line.rstrip("\0")) or line.startswith(START)
    return False


def _capture(line: str, place: int) -> Capture:
    try:
        return capture_from_json(json.loads(line))
    except json.JSONDecodeError as problem:
        raise _no_capture(place, f"column {problem.colno}: {problem.msg}") from problem
    except errors.InputError as problem:
        raise _no_capture(place, str(problem).partition(". Needed:")[0]) from problem


def _no_capture(place: int, why: str) -> errors.InputError:
    return errors.InputError(
        f"line {place} is no capture ({why})", needed=NEEDED, do="remove the line"
    )


def history(path: str | Path) -> list[Capture]:
    """The captures of a file; of those with one step, which resumption repeats, the last.

    A last line that was cut short is left out with a warning.

    Args:
        path: What :class:`isometry.integrations.JsonLines` wrote.

    Returns:
        The captures, by step.

    Raises:
        FileError: The file cannot be read, or a line of it is no capture.
    """
    try:
        read = recorded(Path(path).read_text(encoding="utf-8"))
    except errors.InputError as problem:
        raise errors.FileError(str(problem).rstrip("."), path=str(path)) from problem
    except (OSError, UnicodeDecodeError) as problem:
        said = getattr(problem, "strerror", None) or problem
        raise errors.FileError(
            f"the file cannot be read ({said})", needed=NEEDED, do="check the path", path=str(path)
        ) from problem
    for note in read.notes:
        warnings.warn(f"{path}: {note}", errors.IsometryWarning, stacklevel=2)
    return list(read.captures)
