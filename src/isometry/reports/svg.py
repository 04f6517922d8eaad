"""The few shapes that pictures are made of, as SVG text.

Colours stand in attributes: a reader without style sheets sees the same picture, and the sheet only
changes what dark pages need.
"""

from collections.abc import Iterable
from html import escape

FONT = 'font-family="system-ui, sans-serif" font-size="12"'

DARK = (
    "@media (prefers-color-scheme: dark){svg{background:#0d1117}text{fill:#e6edf3}"
    ".frame{stroke:#6e7681}.line{stroke:#8b949e}.box text,.box{fill-opacity:.9}}"
)
"""What a dark page changes."""


def picture(width: float, height: float, title: str, shapes: Iterable[str]) -> str:
    """A whole file.

    Args:
        width: In pixels.
        height: In pixels.
        title: What a reader hears who does not see it.
        shapes: What is drawn, later ones over earlier ones.

    Returns:
        The text of the file.
    """
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-label="{escape(title)}" {FONT}>'
    )
    return "\n".join(
        [head, f"<title>{escape(title)}</title><style>{DARK}</style>", *shapes, "</svg>\n"]
    )


def box(x: float, y: float, width: float, height: float, fill: str) -> str:
    """A filled rectangle with round corners."""
    return (
        f'<rect class="box" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="3" '
        f'fill="{fill}"/>'
    )


def frame(x: float, y: float, width: float, height: float) -> str:
    """An outlined rectangle with round corners."""
    return (
        f'<rect class="frame" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" '
        'fill="none" stroke="#999999"/>'
    )


def words(x: float, y: float, text: str, *, fill: str = "#1f2328", bold: bool = False) -> str:
    """One line of text, its baseline at ``y``."""
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" fill="{fill}"{weight}>{escape(text)}</text>'


def arc(x: float, top: float, bottom: float, reach: float) -> str:
    """A line that leaves ``x`` to the right at ``top`` and comes back, pointed, at ``bottom``."""
    middle, start = x + reach, f"M{x:g} {top:g}H{x + reach - 6:g}"
    return (
        f'<path class="line" d="{start}Q{middle:g} {top:g} {middle:g} {top + 6:g}'
        f'V{bottom - 6:g}Q{middle:g} {bottom:g} {middle - 6:g} {bottom:g}H{x:g}" fill="none" '
        f'stroke="#57606a"/><path class="line" d="M{x + 5:g} {bottom - 3:g}L{x:g} {bottom:g}'
        f'L{x + 5:g} {bottom + 3:g}" fill="none" stroke="#57606a"/>'
    )


def label(x: float, y: float, words: str, *, anchor: str = "middle") -> str:
    """A small label."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="#57606a" font-size="10" '
        f'text-anchor="{anchor}">{words}</text>'
    )
