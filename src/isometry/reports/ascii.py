"""Reports for terminals and logs that know ASCII only."""

from isometry.reports.table import Column, Table
from isometry.reports.terminal import visible

LETTERS = str.maketrans(
    {
        "→": "->",
        "←": "<-",
        "…": "...",
        "×": "x",
        "·": "-",
        "✖": "x",
        "▲": "!",
        "●": "*",
        "✔": "+",
        "δ": "delta",
        "Δ": "delta ",
        "χ": "chi",
        "∇": "grad ",
        "‖": "|",
        "√": "sqrt ",
        "²": "^2",
        "–": "-",
        **dict(zip("▁▂▃▄▅▆▇█", "_.-=+*%#", strict=True)),
    }
)
"""What stands for the letters of our reports; bars stay one letter wide."""


def in_ascii(text: str) -> str:
    """One line in ASCII; letters that nothing stands for, as in hostile names, become ``?``.

    >>> in_ascii("0.6 → 0.001, ×0.72 ▇▅▂")
    '0.6 -> 0.001, x0.72 %+.'
    """
    return visible(text).translate(LETTERS).encode("ascii", "replace").decode("ascii")


def table_in_ascii(table: Table) -> Table:
    """A table whose every text is ASCII."""
    return Table(
        in_ascii(table.title),
        tuple(Column(in_ascii(column.title), column.align) for column in table.columns),
        tuple(tuple(in_ascii(cell) for cell in row) for row in table.rows),
        tuple(in_ascii(line) for line in table.summary),
    )
