"""A table as GitHub-flavoured Markdown."""

from collections.abc import Iterable

from isometry.reports.table import Table


def markdown(table: Table) -> str:
    r"""The table under a heading; cells are escaped so that hostile names cannot break it.

    >>> from isometry.reports.table import Column
    >>> print(markdown(Table("t", (Column("a"), Column("n", "right")), (("x|y", "1"),), ("done",))))
    ### t
    <BLANKLINE>
    | a | n |
    |:--|--:|
    | x\|y | 1 |
    <BLANKLINE>
    done
    """
    rule = "|".join("--:" if column.align == "right" else ":--" for column in table.columns)
    lines = [f"### {escaped(table.title)}", "", _line(column.title for column in table.columns)]
    lines += [f"|{rule}|", *(_line(row) for row in table.rows)]
    return "\n".join([*lines, *(f"\n{escaped(line)}" for line in table.summary)])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(escaped(cell) for cell in cells)} |"


def escaped(text: str) -> str:
    """One line in which nothing is read as a cell's end, as HTML or as code."""
    safe = text.replace("\\", "\\\\").replace("|", "\\|").replace("\r", " ").replace("\n", " ")
    return safe.replace("<", "&lt;").replace("`", "\\`")
