"""What the four rules on the size of signal and gradient share: a trend that is too steep."""

from collections.abc import Iterator
from dataclasses import dataclass

from isometry.findings.finding import Severity
from isometry.findings.thresholds import SEVERE, SLOPE, TOTAL
from isometry.measurements import Course, Measurement, Trend, trend


@dataclass(frozen=True, slots=True)
class Drift:
    """A course along which a size changes too much.

    Attributes:
        course: The course.
        trend: How the size changes, from input to output.
        severity: By the total.
    """

    course: Course
    trend: Trend
    severity: Severity

    @property
    def factor(self) -> float:
        """By what the size is multiplied from one layer to the next, from input to output."""
        return float(10**self.trend.slope)


def severity(course: Course, seen: Trend) -> Severity | None:
    """How bad a trend is: none inside the band of finite widths, or where it is over half-way.

    The sums of a stream of normalised branches grow by a square root: fast at first, then slowly.
    Only what goes on growing counts.
    """
    slope, total = abs(seen.slope), abs(seen.total)
    if course.kind == "stream":
        slope = min(slope, abs(seen.late))
        total = min(total, 2 * abs(seen.late) * (len(course) - 1))
    if slope <= SLOPE or total <= max(TOTAL, course.band):
        return None
    return "error" if total > SEVERE else "warning"


def comparable(measurement: Measurement) -> tuple[Course, ...]:
    """Courses whose sizes mean something: none where values are not finite."""
    return () if measurement.broken else measurement.courses


def forward(measurement: Measurement, *, sign: int) -> Iterator[Drift]:
    """Courses along which the signal vanishes (-1) or explodes (1)."""
    for course in comparable(measurement):
        seen = trend(course.stds)
        found = severity(course, seen)
        if course.silent is None and found is not None and seen.slope * sign > 0:
            yield Drift(course, seen, found)


def silent(measurement: Measurement) -> Iterator[Course]:
    """Courses along which the signal becomes exactly zero, and goes on as that."""
    yield from (course for course in measurement.courses if course.silent is not None)


def backward(measurement: Measurement, *, sign: int) -> Iterator[Drift]:
    """Courses along which the gradient, going back, vanishes (-1) or explodes (1).

    Both its norm and its rms must: a layer with more units, or more positions, has the same norm at
    another rms under one convention of the fan, and the reverse under the other.
    """
    for course in comparable(measurement):
        norm, rms = trend(course.deltas), trend(course.rms_deltas)
        both = severity(course, norm), severity(course, rms)
        if None in both or norm.slope * rms.slope <= 0 or norm.slope * sign > 0:
            continue
        yield Drift(course, norm, "error" if both == ("error", "error") else "warning")
