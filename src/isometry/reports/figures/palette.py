"""The paints: Okabe and Ito's hues, their lighter kin for dark pages, and scales from blue.

Every shape carries its paint in attributes, so a reader without style sheets sees the whole
picture. Classes serve one purpose: a dark page repaints them through :func:`rules`.
"""

from dataclasses import dataclass
from typing import Final, Literal

HueName = Literal["blue", "orange", "purple", "grey"]


@dataclass(frozen=True, slots=True)
class Hue:
    """One colour in its four uses.

    Attributes:
        paint: Of lines and areas.
        text: Of words on white, at a contrast of 4.5 or more.
        tint: Of areas that others overlap.
        light: Of lines, areas and words on a dark page.
        shade: ``tint`` on a dark page.
    """

    paint: str
    text: str
    tint: str
    light: str
    shade: str


HUES: Final[dict[HueName, Hue]] = {
    "blue": Hue("#0072B2", "#0067A3", "#CCE3F0", "#56B4E9", "#17364A"),
    "orange": Hue("#D55E00", "#A84800", "#F7DFCC", "#F39B53", "#4A2C12"),
    "purple": Hue("#CC79A7", "#94416F", "#F5E4ED", "#E6A7CB", "#452838"),
    "grey": Hue("#6E7781", "#57606A", "#E6E9EC", "#9AA4AE", "#2A3038"),
}
"""Told apart with any colour vision; no picture sets red against green."""

INK, PAPER = "#1F2328", "#FFFFFF"
DARK_INK, DARK_PAPER = "#E6EDF3", "#0D1117"

DIVERGING: Final = (
    "#0A5C94",
    "#3F8FC2",
    "#8DC0E2",
    "#D3E7F5",
    "#FCE6CC",
    "#F7BF80",
    "#E8913A",
    "#B85A00",
)
"""From blue over white to orange: what shrinks and what grows."""


def rules(scope: str = "") -> str:
    """The style rules of a dark page.

    Args:
        scope: A selector that stands before each rule, such as ``"[data-theme=dark] "``.

    Returns:
        Rules without a media query around them.

    >>> rules("[data-theme=dark] ").split("}")[0]
    '[data-theme=dark] .ink{fill:#E6EDF3'
    """
    coloured = [
        f".{kind}-{name}{{{what}:{hue.shade if kind == 'a' else hue.light}}}"
        for name, hue in HUES.items()
        for kind, what in (("s", "stroke"), ("f", "fill"), ("a", "fill"), ("t", "fill"))
    ]
    return "".join(scope + rule for rule in [f".ink{{fill:{DARK_INK}}}", *coloured])


def stroke(hue: HueName) -> str:
    """The attributes of a line."""
    return f'class="s-{hue}" stroke="{HUES[hue].paint}"'


def fill(hue: HueName) -> str:
    """The attributes of a filled shape."""
    return f'class="f-{hue}" fill="{HUES[hue].paint}"'


def both(hue: HueName) -> str:
    """The attributes of an area in a pale tint with a line around it."""
    paints = HUES[hue]
    return f'class="a-{hue} s-{hue}" fill="{paints.tint}" stroke="{paints.paint}"'


def text(hue: HueName | None) -> str:
    """The attributes of words; ink where there is no hue."""
    return f'class="t-{hue}" fill="{HUES[hue].text}"' if hue else f'class="ink" fill="{INK}"'
