"""What a reader can reach: names made safe, and shapes that say their number."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

TAB_STOPS = 60
"""With more marks than this only the first is a Tab stop, and arrow keys lead on from it."""

LONGEST = 22
"""Letters of a name that are drawn; the whole name stands in its mark."""

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML text may hold, not even escaped."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A shape that stands for one thing.

    Attributes:
        layer: Name of the layer, or of the point.
        says: Its name and number as a reader hears them.
        shape: SVG element or elements, painted by what is around them.
    """

    layer: str
    says: str
    shape: str


def safe(text: str) -> str:
    r"""A text that nobody vouches for, fit for an attribute and for words.

    >>> safe("</script>\x00")
    '&lt;/script&gt;�'
    """
    return escape(NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def shortened(name: str, *, longest: int = LONGEST) -> str:
    """The end of a long name, which tells more than its beginning; not escaped.

    >>> shortened("encoder.layers.11.attention.out_proj", longest=20)
    '…attention.out_proj'
    """
    return name if len(name) <= longest else f"…{name[1 - longest :].lstrip('._')}"


def drawn(marks: Sequence[Mark], *, paint: str = "") -> list[str]:
    """The marks of one picture as groups, in the order in which arrow keys visit them.

    Args:
        marks: All marks of the picture.
        paint: Attributes of colour that shapes without their own take on.

    Returns:
        One ``<g>`` a mark, in one that holds the paint.
    """
    many = len(marks) > TAB_STOPS
    groups = [
        f'<g role="img" data-layer="{safe(mark.layer)}" tabindex="{-1 if many and index else 0}" '
        f'aria-label="{safe(mark.says)}">{mark.shape}</g>'
        for index, mark in enumerate(marks)
    ]
    return [group(groups, paint)] if paint else groups


def group(shapes: Iterable[str], attributes: str) -> str:
    """Shapes that share attributes."""
    return f"<g {attributes}>{''.join(shapes)}</g>"
