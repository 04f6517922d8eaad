"""Splitting a range among threads."""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from isometry import errors

SPANS_A_THREAD = 4
"""Spans for each thread."""


def count(threads: int | None) -> int:
    """The threads to use: as asked, or all processors this process may run on.

    Args:
        threads: How many, or none for all.

    Returns:
        At least 1.

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
    """Call ``task(start, stop)`` on spans that cover ``range(size)``.

    There are a few more spans than threads, so that a thread that is held up leaves work to others.

    Args:
        task: Releases the interpreter lock where it works.
        size: Length of the range.
        crew: Most threads to use.
        least: Fewest entries that repay a span of their own.
        multiple: Spans start at multiples of this.
    """
    threads = max(1, min(crew, size // least))
    if threads == 1:
        task(0, size)
        return
    parts = min(SPANS_A_THREAD * threads, size // least)
    cuts = [size * part // parts // multiple * multiple for part in range(parts)] + [size]
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(task, *cuts[part : part + 2]) for part in range(parts)]:
            done.result()
