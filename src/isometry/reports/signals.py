"""What signal and gradient do over the depth, as a table of one line a quantity."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from isometry.findings import Diagnosis, Severity
from isometry.findings.rules import drift
from isometry.measurements import Course, Measurement, trend
from isometry.reports.bars import depth_bars
from isometry.reports.severities import FINE, SIGNS
from isometry.reports.table import Column, Table
from isometry.reports.tallies import Row, loss_rows, symmetry_rows, unit_rows
from isometry.reports.wording import shortened

COLUMNS = (
    Column("signal"),
    Column("first … last layer"),
    Column("a layer", "right"),
    Column("verdict"),
    Column("by depth"),
)

FLAT = 1.05
"""A factor a layer below which a quantity that no rule judges is called flat."""

Direction = Literal["forward", "backward"]

DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
NAMES = {"forward": "forward std", "backward": "backward δ"}
ARROWS = {"forward": "→", "backward": "←"}
WORDS = {-1: "vanishing", 1: "exploding"}


@dataclass(frozen=True, slots=True)
class Judged:
    """One course in one direction.

    Attributes:
        course: The course.
        direction: Which way.
        sign: -1 where its size vanishes that way, 1 where it explodes, 0 where it is kept.
        severity: How bad that is.
    """

    course: Course
    direction: Direction
    sign: int = 0
    severity: Severity | None = None

    @property
    def values(self) -> tuple[float, ...]:
        """The sizes, from input to output."""
        return self.course.stds if self.direction == "forward" else self.course.deltas

    @property
    def verdict(self) -> str:
        """With its sign."""
        if self.severity is None:
            return f"{FINE} keeps its size"
        return f"{SIGNS[self.severity]} {WORDS[self.sign]}"


def signal_table(diagnosis: Diagnosis, *, bars: int = 32) -> Table:
    """Signal, gradient, gradients of weights, units and loss.

    The longest course is always shown, any other only where its size drifts.

    Args:
        diagnosis: What was measured and found.
        bars: How many bars show a course at most.

    Returns:
        The table, without a title.
    """
    seen = diagnosis.measurement
    rows = [_row(one, seen, bars) for way in DIRECTIONS for one in judged(seen, way)]
    rows += [] if seen.courses else [_unordered(seen)]
    tallies = (*unit_rows(diagnosis), *symmetry_rows(diagnosis), *loss_rows(diagnosis))
    return Table("", COLUMNS, (*rows, *_ratios(diagnosis, bars), *tallies))


def judged(seen: Measurement, direction: Direction) -> Iterator[Judged]:
    """The longest course, and all others whose size drifts that way.

    Args:
        seen: What was measured.
        direction: Which way.

    Yields:
        Courses that something is known of, longest first.
    """
    find = drift.forward if direction == "forward" else drift.backward
    drifts = {
        id(one.course): (sign, one.severity) for sign in WORDS for one in find(seen, sign=sign)
    }
    for place, course in enumerate(seen.courses):
        one = Judged(course, direction, *drifts.get(id(course), (0, None)))
        if (place == 0 or one.sign) and any(map(math.isfinite, one.values)):
            yield one


def _row(one: Judged, seen: Measurement, bars: int) -> Row:
    name, values = NAMES[one.direction], trend(one.values)
    if one.course is not seen.courses[0]:
        name = f"{name}, {shortened(one.course.paths[0], 20)}"
    slope = values.slope if one.direction == "forward" else -values.slope
    return (
        name,
        f"{values.first:.3g} {ARROWS[one.direction]} {values.last:.3g}",
        f"×{10**slope:.3g}",
        one.verdict,
        depth_bars(one.values, bars),
    )


def _unordered(seen: Measurement) -> Row:
    """Layers that do not follow each other: the least and the greatest, without a verdict."""
    return (NAMES["forward"], span([layer.values.std for layer in seen.layers]), "", "", "")


def span(values: Sequence[float]) -> str:
    """The least and the greatest of what is finite."""
    known = [value for value in values if math.isfinite(value)]
    return f"{min(known):.3g} … {max(known):.3g}" if known else "not finite"


def _ratios(diagnosis: Diagnosis, bars: int) -> Iterator[Row]:
    """Gradients of the weights beside the weights; of all layers where no course is of weights."""
    seen = diagnosis.measurement
    inside = {step for course in seen.courses[:1] for step in course.steps}
    layers = [one for one in seen.layers if one.step in inside] or seen.layers
    ratios = tuple(one.ratio for one in layers)
    if not any(map(math.isfinite, ratios)):
        return
    factor = 10 ** trend(ratios).slope
    yield (
        "‖∇W‖/‖W‖",
        span(ratios),
        f"×{factor:.3g}",
        _of_ratios(diagnosis, factor),
        depth_bars(ratios, bars),
    )


def _of_ratios(diagnosis: Diagnosis, factor: float) -> str:
    """No rule judges it: it is the product of a signal and of a gradient, which may both be bad."""
    if max(factor, 1 / factor) > FLAT:
        return "falls" if factor < 1 else "rises"
    bad = [one.code for one in diagnosis.findings if one.code in MISLED]
    return f"flat, but see {bad[0]}" if bad else "flat"


MISLED = ("ISO101", "ISO102", "ISO201", "ISO202")
"""Rules on what the ratio multiplies."""
