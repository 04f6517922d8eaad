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
    lines = [f"### {_cell(table.title)}", "", _line(column.title for column in table.columns)]
    lines += [f"|{rule}|", *(_line(row) for row in table.rows)]
    return "\n".join([*lines, *(f"\n{_cell(line)}" for line in table.summary)])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
    return escaped.replace("<", "&lt;").replace("`", "\\`")
