"""A picture with all that a page says about it."""

from collections.abc import Iterable
from dataclasses import dataclass

from isometry.reports.figures import marks, palette

WIDTH = 720.0
"""Of most pictures, in pixels; a page may scale it."""

FONT = 'font-family="system-ui, sans-serif" font-size="11"'


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture, the sentence that teaches to read it, and its numbers as a table.

    Attributes:
        name: For links and file names: lower case, with hyphens.
        title: What is shown.
        read: The sentence that begins "Read:".
        svg: The picture as inline SVG, without an XML header.
        columns: Headings of the table.
        rows: Its cells, as many a row as there are headings; not escaped.
    """

    name: str
    title: str
    read: str
    svg: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def to_svg(self) -> str:
        """The text of an SVG file that stands alone, on light and on dark pages."""
        style = (
            f"svg{{background:{palette.PAPER}}}@media (prefers-color-scheme:dark)"
            f"{{svg{{background:{palette.DARK_PAPER}}}{palette.rules()}}}"
        )
        head, rest = self.svg.split(">", 1)
        named = head.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
        title = f"<title>{marks.safe(self.title)}</title>"
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n{named}>{title}<style>{style}</style>{rest}\n'
        )


def inline(title: str, height: float, shapes: Iterable[str], *, width: float = WIDTH) -> str:
    """Shapes as inline SVG.

    Args:
        title: What a reader hears who does not see it.
        height: In pixels.
        shapes: What is drawn, later ones over earlier ones.
        width: In pixels.

    Returns:
        One ``<svg>`` element, which holds no ``>`` before its first shape but the one that ends
        its tag.
    """
    head = (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
        f'role="group" aria-label="{marks.safe(title)}" {FONT}>'
    )
    return "".join([head, *shapes, "</svg>"])
