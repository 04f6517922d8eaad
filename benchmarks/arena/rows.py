"""Results as data: one line a run, only ever appended, so that a killed arena goes on."""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.arena.cells import Cell, cell

Reason = Literal["target", "budget", "hopeless", "diverged", "error", "skipped"]
"""Why a run ended: it reached its target; its steps were used up; it was below the floor after its
patience; its loss was no number; an exception; its first seed missed clearly, so it was not run."""

KEYS = {"rate": "r", "seed": "s", "steps": "n", "best": "a", "loss": "l", "reason": "w"}
KEYS |= {"seconds": "t", "setup": "i", "curve": "c", "error": "e"}
"""Fields and their short names in a line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One run.

    Attributes:
        cell: What was run.
        rate: The learning rate.
        seed: The seed of weights and batches.
        steps: Steps until the target was reached, if it was.
        best: The best score.
        loss: The last training loss; none where it was no number.
        reason: Why the run ended.
        seconds: How long it took.
        setup: How long the start took, for all rates together.
        curve: Scores on the way, in percent.
        error: The first line of an exception.
    """

    cell: Cell
    rate: float
    seed: int
    steps: int | None
    best: float
    loss: float | None
    reason: Reason
    seconds: float = 0.0
    setup: float = 0.0
    curve: tuple[int, ...] = ()
    error: str = ""

    @property
    def line(self) -> str:
        """The run as a line of JSON, without what says nothing."""
        fields = {short: getattr(self, name) for name, short in KEYS.items()}
        told = {short: value for short, value in fields.items() if value not in ((), "", None)}
        return json.dumps({"k": self.cell.key} | told, separators=(",", ":"))


def row(line: str) -> Row:
    """The run that a line tells.

    Args:
        line: As in :attr:`Row.line`.

    Returns:
        The run.
    """
    told = json.loads(line)
    fields = {name: told[short] for name, short in KEYS.items() if short in told}
    fields = {"steps": None, "loss": None} | fields
    fields["curve"] = tuple(fields.get("curve", ()))
    return Row(cell=cell(told["k"]), **fields)


def read(folder: Path) -> list[Row]:
    """All runs in a folder; a line that was torn when a process was killed does not count.

    Args:
        folder: Where the results are; it need not exist.

    Returns:
        The runs, file by file; of the same run told twice, the later.
    """
    found = {}
    for path in sorted(folder.glob("*.jsonl")):
        for one in _whole(path.read_text(encoding="utf-8").split("\n")):
            found[one.cell, one.rate, one.seed] = one
    return list(found.values())


def _whole(lines: Iterable[str]) -> Iterator[Row]:
    for line in lines:
        try:
            yield row(line)
        except (ValueError, KeyError, TypeError):
            continue


def append(folder: Path, one: Row) -> None:
    """Add a run to its file, after closing a torn line.

    Args:
        folder: Where the results are; made where it is missing.
        one: The run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / one.cell.file
    torn = path.exists() and path.stat().st_size > 0 and path.read_bytes()[-1:] != b"\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(("\n" if torn else "") + one.line + "\n")
        file.flush()


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep a folder to one arena; the system lets go of it however the process ends.

    Args:
        folder: Where the results are; made where it is missing.

    Yields:
        Nothing.

    Raises:
        BlockingIOError: Another arena writes there: both would play the same runs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BlockingIOError(
            f"{folder}: found another arena that writes there; needed a folder of its own, or they "
            f"would play the same runs; wait for it, or give another --results"
        ) from error
    else:
        yield
    finally:
        os.close(handle)
