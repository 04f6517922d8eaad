"""Two runs beside each other: which courses and findings are gone, new, or stay."""

from collections.abc import Iterator
from dataclasses import dataclass

from isometry.findings import SEVERITIES, Diagnosis, Finding
from isometry.measurements import trend
from isometry.reports.severities import SIGNS
from isometry.reports.signals import ARROWS, DIRECTIONS, NAMES, Direction, Judged, judged
from isometry.reports.table import Column, Table

COLUMNS = (Column("what"), Column("before"), Column("after"), Column("change"))

Row = tuple[str, str, str, str]


def comparison(before: Diagnosis, after: Diagnosis) -> Table:
    """What became of each course and each finding; those of a baseline are compared too.

    Two findings are the same if they have one code and a path in common.

    Args:
        before: The earlier run.
        after: The later one.

    Returns:
        One row for the longest course each way, for each course that drifts in one of the two, and
        for each finding.
    """
    courses = [row for way in DIRECTIONS for row in _courses(before, after, way)]
    pairs = list(_pairs(_all(before), _all(after)))
    changes = [pair.change.partition(",")[0] for pair in pairs]
    counted = ", ".join(f"{changes.count(word)} {word}" for word in ("gone", "new", "stays"))
    return Table(
        f"{_name(before)} → {_name(after)}",
        COLUMNS,
        (*courses, *(pair.row for pair in pairs)),
        (f"findings: {counted}", f"after: {after.verdict}"),
    )


def _name(diagnosis: Diagnosis) -> str:
    origin = diagnosis.origin
    parts = (origin.target or diagnosis.measurement.model, origin.recipe)
    return " · ".join(part for part in parts if part)


def _all(diagnosis: Diagnosis) -> tuple[Finding, ...]:
    return (*diagnosis.findings, *diagnosis.known)


@dataclass(frozen=True, slots=True)
class Pair:
    """A finding of the one run and the same of the other."""

    before: Finding | None
    after: Finding | None

    @property
    def change(self) -> str:
        """In a word, and whether it got worse or better."""
        if self.before is None or self.after is None:
            return "new" if self.before is None else "gone"
        worse = SEVERITIES.index(self.before.severity) - SEVERITIES.index(self.after.severity)
        return "stays" + (", but is worse" if worse > 0 else ", but is better" if worse else "")

    @property
    def row(self) -> Row:
        """Its cells."""
        one = self.after or self.before
        assert one is not None
        told = [f"{SIGNS[f.severity]} {f.severity}" if f else "" for f in (self.before, self.after)]
        return (f"{one.code} {one.name} {one.where}".rstrip(), told[0], told[1], self.change)


def _pairs(before: tuple[Finding, ...], after: tuple[Finding, ...]) -> Iterator[Pair]:
    rest = list(after)
    for one in before:
        same = next((other for other in rest if _alike(one, other)), None)
        if same is not None:
            rest.remove(same)
        yield Pair(one, same)
    yield from (Pair(None, other) for other in rest)


def _alike(one: Finding, other: Finding) -> bool:
    shared = set(one.paths) & set(other.paths) or one.paths == other.paths
    return one.code == other.code and bool(shared)


def _courses(before: Diagnosis, after: Diagnosis, direction: Direction) -> Iterator[Row]:
    """Courses by their ends: those shown of one run, with what the other says of them."""
    first, second = (_by_ends(one, direction) for one in (before, after))
    for ends in dict.fromkeys((*first, *second)):
        name = f"{NAMES[direction]} {ends[1]} … {ends[2]}"
        pair = first.get(ends), second.get(ends)
        yield (name, _told(pair[0]), _told(pair[1]), _change(*pair))


def _by_ends(diagnosis: Diagnosis, direction: Direction) -> dict[tuple[str, str, str], Judged]:
    shown = judged(diagnosis.measurement, direction)
    return {(one.course.kind, one.course.paths[0], one.course.paths[-1]): one for one in shown}


def _told(one: Judged | None) -> str:
    if one is None:
        return ""
    seen = trend(one.values)
    return f"{seen.first:.3g} {ARROWS[one.direction]} {seen.last:.3g} {one.verdict}"


def _change(before: Judged | None, after: Judged | None) -> str:
    bad = [one is not None and one.severity is not None for one in (before, after)]
    words = {(True, False): "gone", (False, True): "new", (True, True): "stays"}
    return words.get((bad[0], bad[1]), "")
