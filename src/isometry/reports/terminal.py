"""Tables in a terminal; plain aligned text where there is none."""

import sys
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from isometry.reports.severities import STYLES
from isometry.reports.table import Table

PIPE_WIDTH = 240
"""Columns of a line when the output is no terminal: wide enough that no cell is folded."""


def console(stream: TextIO = sys.stdout, *, color: bool | None = None) -> Console:
    """A console on ``stream``: colours and the window's width in a terminal, plain text elsewhere.

    ``NO_COLOR`` and ``FORCE_COLOR`` are honoured; ``color`` overrides both.
    """
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(
        file=stream, width=width, no_color=None if color is None else not color, highlight=False
    )


def visible(text: str) -> str:
    r"""One line that cannot steer a terminal: its control letters become signs.

    >>> visible("\x1b[31mred\n")
    '�[31mred '
    """
    return text.translate(CONTROLS)


CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), "�") | {9: " ", 10: " ", 13: " "}


def print_table(table: Table, to: Console) -> None:
    """Print title, rows and summary; text is never read as markup."""
    to.print(Text(visible(table.title), style="bold"))
    print_rows(table, to)
    for line in table.summary:
        to.print(Text(visible(line), style="dim"))


def print_rows(table: Table, to: Console) -> None:
    """Print headings and rows; a cell that begins with the sign of a severity has its colour."""
    grid = RichTable(
        box=box.SIMPLE_HEAD if to.is_terminal else None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for column in table.columns:
        grid.add_column(Text(column.title), justify=column.align, overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(visible(cell), style=STYLES.get(cell[:1], "")) for cell in row))
    to.print(grid)
