"""A path for every call that names none.

A value is a function of seed, path and index. A framework's own initializers are called without a
path, so each such call gets the next of a row of paths: ``call/0``, ``call/1``, … Then only the
order of the calls decides, as with a framework's own generator. Name a path, and it does not
matter.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from isometry import rng


class Calls:
    """A seed, and a count of the calls made without a path; safe to share between threads.

    Args:
        seed: The seed of every call that names none.
    """

    __slots__ = ("_counts", "seed")

    def __init__(self, seed: int = 0) -> None:
        rng.derive_key(seed, "")  # refuses what is no seed
        self.seed: Final = seed
        self._counts: defaultdict[str, Iterator[int]] = defaultdict(itertools.count)

    def path(self, scope: str = "") -> str:
        """The next path under ``scope``, each only once.

        >>> row = Calls()
        >>> row.path(), row.path("dense"), row.path("dense"), row.path()
        ('call/0', 'dense/call/0', 'dense/call/1', 'call/1')
        """
        return f"{scope}{'/' if scope else ''}call/{next(self._counts[scope])}"

    def origin(self, seed: int | None, path: str | None, *, scope: str = "") -> tuple[int, str]:
        """Seed and path of one call, where ``None`` stands for what was not given."""
        return (
            self.seed if seed is None else seed,
            self.path(scope) if path is None else path,
        )


_EVERYWHERE: Final = Calls()
_current: ContextVar[Calls] = ContextVar("isometry_calls", default=_EVERYWHERE)


def current() -> Calls:
    """The row of paths in force here: that of the innermost ``calls``, else the process's own."""
    return _current.get()


@contextmanager
def calls(seed: int = 0) -> Iterator[Calls]:
    """Count calls from 0 again, under a seed of their own, and go back to the old count afterwards.

    It holds in the thread that enters it. Two models built alike inside two such blocks of the same
    seed have the same weights, whatever was built before:

    >>> with calls(seed=7):
    ...     first = current().origin(None, None)
    >>> with calls(seed=7):
    ...     second = current().origin(None, None)
    >>> first, second
    ((7, 'call/0'), (7, 'call/0'))

    Args:
        seed: The seed of the calls in the block that name none.

    Yields:
        The count of the block.

    Raises:
        InputError: ``seed`` is not a whole number from 0 to 2**64 - 1.
    """
    token = _current.set(Calls(seed))
    try:
        yield _current.get()
    finally:
        _current.reset(token)
