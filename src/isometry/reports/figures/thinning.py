"""Which of many layers are drawn and listed, so that a page of 200 layers stays small."""

from collections.abc import Iterable

from isometry.reports.figures.paths import spread_out

ALL = 60
"""Up to so many layers, each is drawn."""

FEW = 28
"""Of more layers, so many; and those that a picture must not leave out."""


def shown(count: int, *, also: Iterable[int] = (), few: int = FEW) -> list[int]:
    """Indices of the layers that are drawn and listed.

    Args:
        count: How many there are.
        also: Those that must be among them, such as the highest and the lowest.
        few: How many of more than 60 layers.

    Returns:
        Indices, ascending.

    >>> len(shown(60)), len(shown(200)), 57 in shown(200, also=[57])
    (60, 28, True)
    """
    return sorted({*spread_out(count, count if count <= ALL else few), *also})


def remark(shown_count: int, count: int) -> str:
    """The sentence that says how many are left out; empty for none.

    >>> remark(28, 200), remark(5, 5)
    (' Marks and table hold 28 of 200 layers.', '')
    """
    if shown_count == count:
        return ""
    return f" Marks and table hold {shown_count} of {count} layers."
