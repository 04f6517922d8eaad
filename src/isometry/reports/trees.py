"""An outline of a model's dataflow in a terminal."""

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from isometry.reports.dataflow import Line


def print_tree(line: Line, to: Console, *, title: str = "dataflow") -> None:
    """Print an outline as a tree; text is never read as markup.

    Args:
        line: The outline.
        to: Where it is printed.
        title: What stands at the root.
    """
    tree = Tree(Text(title, style="bold"))
    _grow(tree, line)
    to.print(tree)


def _grow(tree: Tree, line: Line) -> None:
    for one in line.inside or ((line,) if line.label else ()):
        _grow_below(tree.add(_words(one)), one)


def _grow_below(tree: Tree, line: Line) -> None:
    for one in line.inside:
        _grow_below(tree.add(_words(one)), one)


def _words(line: Line) -> Text:
    copies = f" ×{line.copies}" if line.copies > 1 else ""
    words = Text(line.name + copies, style="bold" if line.inside else "")
    if line.label and line.label != line.name:
        words.append(f"  {line.label}", style="cyan")
    return words.append(f"  {line.detail}", style="dim") if line.detail else words
