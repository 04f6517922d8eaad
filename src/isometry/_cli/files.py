"""Files that a command reads, and refuses to overwrite, before it begins to work."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from isometry import errors, weights

T = TypeVar("T")


def opened(path: Path, read: Callable[[str], T]) -> T:
    """What a text file holds.

    Args:
        path: The file.
        read: From its text to what it stands for.

    Returns:
        What ``read`` makes of it.

    Raises:
        FileError: It cannot be read, or is no such file.
    """
    try:
        return read(path.read_text(encoding="utf-8"))
    except errors.InputError as problem:
        raise errors.FileError(str(problem).rstrip("."), path=str(path)) from problem
    except (OSError, UnicodeDecodeError) as problem:
        raise errors.FileError(
            f"it cannot be read ({problem})",
            needed="a file that isometry has written",
            do="check the path, relative to this folder",
            path=str(path),
        ) from problem


def refuse_existing(*paths: Path | None, force: bool) -> None:
    """Refuse to overwrite a file before the work that fills it, not after.

    Args:
        *paths: Files to be written, where they are named.
        force: Whether they may be replaced.

    Raises:
        ExistingFileError: One exists.
    """
    for path in paths:
        if path is not None:
            weights.refuse_existing(path, force=force)
