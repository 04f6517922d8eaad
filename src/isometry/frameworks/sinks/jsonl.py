"""A file with one line of JSON for each capture."""

import json
from pathlib import Path

from isometry import errors
from isometry.measurements import Capture, capture_from_json


class JsonLines:
    """Appends each capture to a file, which is whole after each line.

    Args:
        path: The file; made at the first capture where there is none.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def capture(self, capture: Capture) -> None:
        """Append one line."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(capture.to_json(), allow_nan=False) + "\n")


def history(path: str | Path) -> list[Capture]:
    """The captures of a file; of those with one step, which resumption repeats, the last.

    Args:
        path: What :class:`JsonLines` wrote.

    Returns:
        The captures, by step.

    Raises:
        FileError: The file cannot be read, or a line of it is no capture.
    """
    found: dict[int, Capture] = {}
    for place, line in enumerate(_lines(Path(path)), 1):
        try:
            one = capture_from_json(json.loads(line))
        except (ValueError, KeyError, TypeError) as problem:
            raise errors.FileError(
                f"line {place} is no capture",
                needed="lines that a JsonLines sink wrote",
                do="remove the line",
                path=str(path),
            ) from problem
        found[one.step] = one
    return [found[step] for step in sorted(found)]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError as problem:
        raise errors.FileError(
            f"the file cannot be read ({problem.strerror})",
            needed="a file that a JsonLines sink wrote",
            do="check the path",
            path=str(path),
        ) from problem
