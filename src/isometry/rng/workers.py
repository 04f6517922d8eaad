"""Splitting a range among threads."""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from isometry import errors


def count(threads: int | None) -> int:
    """The threads to use: as asked, or all processors this process may run on.

    Raises:
        InputError: Less than one is asked for.
    """
    if threads is None:
        return processors()
    if isinstance(threads, bool) or threads < 1:
        raise errors.InputError(
            f"threads is {threads!r}", needed="1 or more, or None for all", do="pass threads=None"
        )
    return threads


def processors() -> int:
    """Processors this process may run on."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def spread(
    task: Callable[[int, int], None], size: int, *, crew: int, least: int, multiple: int = 1
) -> None:
    """Call ``task(start, stop)`` on spans that cover ``range(size)``, one thread a span.

    Args:
        task: Releases the interpreter lock where it works.
        size: Length of the range.
        crew: Most spans to make.
        least: Fewest entries that repay a thread.
        multiple: Spans start at multiples of this.
    """
    parts = max(1, min(crew, size // least))
    cuts = [size * part // parts // multiple * multiple for part in range(parts)] + [size]
    if parts == 1:
        task(0, size)
        return
    with ThreadPoolExecutor(parts) as pool:
        for done in [pool.submit(task, *cuts[part : part + 2]) for part in range(parts)]:
            done.result()
