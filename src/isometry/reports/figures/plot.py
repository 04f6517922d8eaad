"""One plot: a rectangle with two scales, its frame, and words beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from isometry.reports.figures import marks, palette
from isometry.reports.figures.palette import HueName
from isometry.reports.figures.paths import Place, brief
from isometry.reports.figures.scales import Scale

LETTER = 6.0
"""Pixels of a letter at the size of the pictures, about."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Where something is drawn.

    Attributes:
        left: In pixels.
        top: In pixels.
        width: In pixels.
        height: In pixels.
        x: What lies along.
        y: What lies upright.
    """

    left: float
    top: float
    width: float
    height: float
    x: Scale
    y: Scale

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height

    def at(self, x: float, y: float) -> Place:
        """The place of two numbers."""
        return self.left + self.width * self.x.part(x), self.bottom - self.height * self.y.part(y)

    def frame(self, along: str = "", upright: str = "", *, most: tuple[int, int] = (6, 6)) -> str:
        """Ticks with numbers, a grid, the names of the axes, and lines around.

        Args:
            along: What lies along; not escaped.
            upright: What lies upright, drawn above the upper left corner; not escaped.
            most: About how many ticks along and upright; 0 for none.

        Returns:
            The shapes.
        """
        columns = [(self.at(v, self.y.low)[0], name) for v, name in self.x.ticks(most[0])]
        rows = [(self.at(self.x.low, v)[1], name) for v, name in self.y.ticks(most[1])]
        grid = [f"M{brief(x)} {brief(self.top)}V{brief(self.bottom)}" for x, _ in columns]
        grid += [f"M{brief(self.left)} {brief(y)}H{brief(self.right)}" for y, _ in rows]
        around = f"M{brief(self.left)} {brief(self.top)}V{brief(self.bottom)}H{brief(self.right)}"
        thin = f'fill="none" {palette.stroke("grey")}'
        shapes = [
            f'<path d="{"".join(grid)}" {thin} stroke-opacity=".18"/>',
            f'<path d="{around}" {thin}/>',
            *(
                words((x, self.bottom + 13), name, anchor="middle", hue="grey")
                for x, name in columns
            ),
            *(words((self.left - 4, y + 3.5), name, anchor="end", hue="grey") for y, name in rows),
        ]
        middle, above = (self.left + self.width / 2, self.bottom + 27), (self.left, self.top - 6)
        shapes += [words(middle, along, anchor="middle", hue="grey")] if along else []
        return "".join(shapes + ([words(above, upright, hue="grey")] if upright else []))


def words(
    place: Place,
    text: str,
    *,
    hue: HueName | None = None,
    anchor: str = "start",
    bold: bool = False,
) -> str:
    """One line of text, escaped here.

    Args:
        place: Where it begins, ends or has its middle; its baseline.
        text: What it says.
        hue: Its colour; ink for none.
        anchor: ``"start"``, ``"middle"`` or ``"end"``.
        bold: Whether it stands out.

    Returns:
        The shape.
    """
    side = "" if anchor == "start" else f' text-anchor="{anchor}"'
    weight = ' font-weight="600"' if bold else ""
    x, y = place
    return (
        f'<text x="{brief(x)}" y="{brief(y)}" {palette.text(hue)}{side}{weight}>'
        f"{marks.safe(text)}</text>"
    )


def apart(heights: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Heights moved as little as a gap between them asks for, within bounds.

    Args:
        heights: Where labels would stand, in any order.
        gap: Least distance.
        low: Least height.
        high: Greatest; where there is no room for all, the least ones go below ``low``.

    Returns:
        Where they stand, in the order given.

    >>> apart([10.0, 12.0, 50.0], gap=10.0, low=0.0, high=55.0)
    [10.0, 20.0, 50.0]
    """
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    placed = dict(zip(order, _pushed((heights[i] for i in order), gap, low), strict=True))
    down = (-min(placed[index], high) for index in reversed(order))
    placed |= zip(reversed(order), (-v for v in _pushed(down, gap, -high)), strict=True)
    return [placed[index] for index in range(len(heights))]


def _pushed(ascending: Iterable[float], gap: float, low: float) -> list[float]:
    """Each at least ``gap`` above the one before it and not below ``low``."""
    found, last = [], -inf
    for height in ascending:
        last = max(height, last + gap, low)
        found.append(last)
    return found
