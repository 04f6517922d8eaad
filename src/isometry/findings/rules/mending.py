"""Mends of some tensors only, and how paths are listed in a sentence."""

from isometry.findings.finding import Mend

FILLED = "Fill them by the rule of `auto`; the others may stay."


def refilled(paths: tuple[str, ...], words: str = FILLED) -> Mend:
    """Fill some tensors anew and keep the rest."""
    shown = repr(list(paths)) if len(paths) < 4 else f"[{paths[0]!r}, ...]"
    return Mend(
        words, f'isometry.initialize(model, batch, recipe="auto", only={shown})', "auto", paths
    )


def listed(paths: tuple[str, ...]) -> str:
    """The first two, and how many more.

    >>> listed(("a", "b", "c", "d"))
    'a, b and 2 more'
    """
    return ", ".join(paths[:2]) + (f" and {len(paths) - 2} more" if len(paths) > 2 else "")
