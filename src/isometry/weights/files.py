"""Files that are whole or not there: written under another name first, then renamed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from isometry import errors

SUFFIX = ".part"
"""What a file is called while it is being written, after its own name."""


def write_text(path: Path, text: str, *, force: bool = False) -> None:
    """Write a text file whole.

    Args:
        path: Where.
        text: What.
        force: Whether an existing file may be replaced.

    Raises:
        ExistingFileError: The file exists and ``force`` is not given.
        FileError: It cannot be written; nothing is left behind.
    """
    refuse_existing(path, force=force)
    with replaced(path) as file:
        file.write(text.encode())


def refuse_existing(path: Path, *, force: bool) -> None:
    """Refuse to overwrite a file unless told to.

    Args:
        path: Where something is to be written.
        force: Whether it may be replaced.

    Raises:
        ExistingFileError: It exists and ``force`` is not given.
    """
    if path.exists() and not force:
        raise errors.ExistingFileError(
            "the file exists",
            needed="a path where nothing is",
            do="choose another path, or pass force",
            path=str(path),
        )


def require_space(folder: Path, needed: int, *, path: Path) -> None:
    """Refuse to start what the disk cannot hold.

    Args:
        folder: Where.
        needed: Bytes.
        path: The file that a message should speak of.

    Raises:
        FileError: The folder does not exist, or has too little free space.
    """
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise _unwritable(path, error) from error
    if free < needed:
        raise errors.FileError(
            f"{needed:,} bytes are to be written and {free:,} are free",
            needed="free disk space",
            do="free some, choose another disk, or a smaller dtype",
            path=str(path),
        )


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """A binary file that appears at ``path`` when all is written, and not at all after an error.

    Args:
        path: What the file will be called.

    Yields:
        The open file.

    Raises:
        FileError: The system refuses.
    """
    part = path.with_name(path.name + SUFFIX)
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except errors.IsometryError:
        part.unlink(missing_ok=True)
        raise
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _unwritable(path, error) from error
    except BaseException as error:
        part.unlink(missing_ok=True)
        error.add_note(f"{part} was removed; nothing is left at {path}")
        raise


def _unwritable(path: Path, error: OSError) -> errors.FileError:
    return errors.FileError(
        f"the file cannot be written: {error.strerror or error}",
        needed="an existing folder that may be written to",
        do="create the folder or choose another path",
        path=str(path),
    )
