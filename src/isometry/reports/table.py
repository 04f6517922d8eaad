"""A table as data: what every format renders."""

from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading and on which side its cells are flush."""

    title: str
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain strings under a title, with lines of summary after them.

    Attributes:
        title: What the table is about, one line.
        columns: Headings.
        rows: One tuple of cells a row, as many as there are columns.
        summary: Lines after the table.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    summary: tuple[str, ...] = ()
