"""Courses: layers that follow each other, along which a signal should keep its size.

Sizes of layers that are not neighbours in such a course say nothing of each other: a head, a gate
and a query have sizes of their own. A course is a chain of weights with activations, norms,
poolings and views between them, or the sums of one residual stream.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from isometry.graphs import Join
from isometry.graphs.labels import Parts, ahead, consumers_of, label, origins
from isometry.measurements.layers import similarity
from isometry.measurements.observed import Step, Values

Kind = Literal["normed", "plain", "stream"]
"""``plain`` weights with nothing but activations between them, ``normed`` with norms between some
of them, ``stream`` the sums of a residual stream."""

SHORTEST = 3
"""Points that a course has at least."""

MAPS = ("conv", "conv_transpose", "linear", "matmul")

KURTOSIS = 5.0
"""``κ - 1`` of ReLU, the greatest of the usual activations: how much a width lets sizes vary."""
DEVIATIONS = 4.0
"""Standard deviations that the band allows."""


@dataclass(frozen=True, slots=True)
class Course:
    """One quantity along a course.

    Attributes:
        kind: What the course is made of.
        steps: Its points, in execution order.
        paths: The paths of their weights, or of the modules that add.
        stds: Standard deviation at each point going forward.
        deltas: Norm of the gradient at each point; NaN where none arrived, or where another reader
            of the same value adds its own.
        rms_deltas: Root mean square of the gradient, likewise.
        similarities: Mean cosine of two samples at each point; NaN where it is not known.
        band: How far in decades the last may be off the first through finite widths alone.
    """

    kind: Kind
    steps: tuple[int, ...]
    paths: tuple[str, ...]
    stds: tuple[float, ...]
    deltas: tuple[float, ...]
    rms_deltas: tuple[float, ...]
    band: float
    similarities: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def silent(self) -> int | None:
        """The first point at which the signal is exactly zero and goes on; ``None`` for none."""
        return next((i for i, std in enumerate(self.stds[:-1]) if std == 0), None)


@dataclass(frozen=True, slots=True)
class Trend:
    """How a positive quantity changes along a course.

    Attributes:
        slope: Decades a point, the least-squares line through the finite logarithms.
        late: The same over the second half: what a stream's sums do once the first ones are over.
        total: ``slope`` times the number of gaps, in decades.
        first: The first finite value.
        last: The last one.
    """

    slope: float
    late: float
    total: float
    first: float
    last: float


FLAT = Trend(0.0, 0.0, 0.0, math.nan, math.nan)


def trend(values: tuple[float, ...]) -> Trend:
    """The trend of some values along a course; flat where fewer than three say something.

    What is exactly zero has no size to compare: it is left out here, and a finding of its own.
    """
    known = [(i, v) for i, v in enumerate(values) if math.isfinite(v) and v > 0]
    if len(known) < SHORTEST:
        return FLAT
    places = np.array([i for i, _ in known], dtype=float)
    logs = np.log10([v for _, v in known])
    half = len(known) // 2
    slope = _slope(places, logs)
    late = _slope(places[half:], logs[half:]) if len(known) - half > 1 else slope
    total = slope * float(places[-1] - places[0])
    return Trend(slope, late, total, known[0][1], known[-1][1])


def _slope(places: np.ndarray, logs: np.ndarray) -> float:
    aside = places - places.mean()
    return float((aside * logs).sum() / (aside * aside).sum())


def courses(found: Parts, joins: tuple[Join, ...], steps: Mapping[int, Step]) -> tuple[Course, ...]:
    """All courses of a graph that were seen, longest first."""
    made = [*_chains(found, joins, steps), *_streams(found, joins, steps)]
    return tuple(sorted(made, key=lambda one: -len(one)))


def _streams(found: Parts, joins: tuple[Join, ...], steps: Mapping[int, Step]) -> Iterator[Course]:
    streams: dict[int, list[int]] = {}
    for join in joins:
        if join.step in steps:
            streams.setdefault(join.stream, []).append(join.step)
    for points in streams.values():
        if len(points) >= SHORTEST:
            yield _course("stream", found, points, steps)


def _chains(found: Parts, joins: tuple[Join, ...], steps: Mapping[int, Step]) -> Iterator[Course]:
    """Chains of weights; each weight goes on from the one before it, if that is one.

    What happens inside the branches of a stream of several is not multiplied over the depth: the
    stream goes around them, and is a course itself.
    """
    inside = {step for join in joins if join.depth > 1 for step in join.branch}
    behind = {
        step: before
        for step, made in found.maps.items()
        if step in steps and step not in inside and made.kind in MAPS and made.signal is not None
        for before in [_before(found, made.signal)]
        if before is not None and before[0] in steps and not _ends(found, step)
    }
    inner = {before for before, _ in behind.values()}
    for end in behind:
        if end in inner:
            continue
        points, normed = [end], False
        while points[-1] in behind:
            before, norm = behind[points[-1]]
            points.append(before)
            normed = normed or norm
        if len(points) >= SHORTEST:
            yield _alone(
                _course("normed" if normed else "plain", found, points[::-1], steps), found
            )


def _ends(found: Parts, step: int) -> bool:
    """Whether a weight makes what the model returns: outputs are of a size of their own."""
    return "output" in consumers_of(found, step)


def _alone(course: Course, found: Parts) -> Course:
    """The course with gradients over the longest part of it that nothing else reads.

    Where a value has two readers its gradient is the sum of what both send back, so that it does
    not compare with that of the next layer.
    """
    forks = [i for i, (a, b) in enumerate(pairwise(course.steps)) if _forked(found, a, b)]
    if not forks:
        return course
    edges = [0, *(i + 1 for i in forks), len(course)]
    start, end = max(pairwise(edges), key=lambda ends: ends[1] - ends[0])
    kept = [start <= i < end for i in range(len(course))]
    return replace(
        course,
        deltas=tuple(_where(course.deltas, kept)),
        rms_deltas=tuple(_where(course.rms_deltas, kept)),
    )


def _forked(found: Parts, before: int, end: int) -> bool:
    """Whether anything but ``end`` reads what ``before`` makes, or a value on the way."""
    step = before
    while step != end:
        following = ahead(found, step)
        if len(following) != 1 or found.links.is_output(step):
            return True
        step = following[0]
    return False


def _where(values: tuple[float, ...], kept: list[bool]) -> Iterator[float]:
    """Values that are kept, and NaN for the others."""
    return (value if keep else math.nan for value, keep in zip(values, kept, strict=True))


THROUGH = ("norm", "pooling")


def _before(found: Parts, signal: int) -> tuple[int, bool] | None:
    """The one weight that a signal comes from, and whether a norm stands between."""
    normed = False
    while True:
        behind = origins(found, signal)
        if len(behind) != 1:
            return None
        step = behind[0]
        if step in found.maps:
            return (step, normed) if found.maps[step].kind in MAPS else None
        region, word = found.regions.get(step), label(found, step)
        if region is not None and region.nonlinear:
            signal = region.root
        elif word in THROUGH:
            normed = normed or word == "norm"
            root = found.sources.norms.get(step)
            signals = found.links.signals(step)
            signal = signals[0] if root is None else root
        else:
            return None


def _course(kind: Kind, found: Parts, points: list[int], steps: Mapping[int, Step]) -> Course:
    seen = [steps[i] for i in points]
    paths = tuple(
        found.maps[i].weights[0] if i in found.maps else found.links.node(i).path for i in points
    )
    return Course(
        kind,
        tuple(points),
        paths,
        tuple(one.values.std for one in seen),
        tuple(_norm(one.gradient) for one in seen),
        tuple(math.nan if one.gradient is None else one.gradient.rms for one in seen),
        band(_width(found, i) for i in points),
        tuple(similarity(one.cosines) for one in seen),
    )


def _norm(values: Values | None) -> float:
    return math.nan if values is None else values.norm


def _width(found: Parts, step: int) -> float:
    if step in found.maps:
        return max(found.maps[step].fan_in, 1.0)
    shape = found.links.node(step).shape
    return float(shape[-1]) if shape else 1.0


def band(widths: Iterator[float]) -> float:
    """How far sizes drift through finite widths alone, in decades of their root mean square.

    ``log q`` has standard deviation ``√((κ-1) Σ 1/n)`` and mean ``-(κ-1)/2 Σ 1/n`` (Hanin & Rolnick
    2018); half of it is the logarithm of the root.
    """
    total = KURTOSIS * sum(1 / width for width in widths)
    return (DEVIATIONS * math.sqrt(total) + total / 2) / 2 / math.log(10)
