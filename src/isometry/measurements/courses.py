"""Courses: layers that follow each other, along which a signal should keep its size.

Sizes of layers that are not neighbours in such a course say nothing of each other: a head, a gate
and a query have sizes of their own. A course is a chain of weights with activations, norms,
poolings and views between them, or the sums of one residual stream.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from isometry.graphs import Join
from isometry.graphs.labels import Parts, label, origins
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
        deltas: Norm of the gradient at each point; NaN where none arrived.
        band: How far in decades the last may be off the first through finite widths alone.
    """

    kind: Kind
    steps: tuple[int, ...]
    paths: tuple[str, ...]
    stds: tuple[float, ...]
    deltas: tuple[float, ...]
    rms_deltas: tuple[float, ...]
    band: float

    def __len__(self) -> int:
        return len(self.steps)


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
    """The trend of some values along a course; zeros count as the least number there is."""
    known = [(i, v) for i, v in enumerate(values) if math.isfinite(v)]
    if len(known) < 2:
        return FLAT
    least = float(np.finfo(np.float32).tiny)
    places = np.array([i for i, _ in known], dtype=float)
    logs = np.log10(np.maximum([v for _, v in known], least))
    half = len(known) // 2
    slope = _slope(places, logs)
    late = _slope(places[half:], logs[half:]) if len(known) - half > 1 else slope
    total = slope * float(places[-1] - places[0])
    return Trend(slope, late, total, known[0][1], known[-1][1])


def _slope(places: np.ndarray, logs: np.ndarray) -> float:
    return float(np.polyfit(places, logs, 1)[0])


def courses(found: Parts, joins: tuple[Join, ...], steps: Mapping[int, Step]) -> tuple[Course, ...]:
    """All courses of a graph that were seen, longest first."""
    made = [*_chains(found, steps), *_streams(found, joins, steps)]
    return tuple(sorted(made, key=lambda one: -len(one)))


def _streams(found: Parts, joins: tuple[Join, ...], steps: Mapping[int, Step]) -> Iterator[Course]:
    streams: dict[int, list[int]] = {}
    for join in joins:
        if join.step in steps:
            streams.setdefault(join.stream, []).append(join.step)
    for points in streams.values():
        if len(points) >= SHORTEST:
            yield _course("stream", found, points, steps)


def _chains(found: Parts, steps: Mapping[int, Step]) -> Iterator[Course]:
    """Chains of weights; each weight goes on from the one before it, if that is one."""
    behind = {
        step: before
        for step, made in found.maps.items()
        if step in steps and made.kind in MAPS and made.signal is not None
        for before in [_before(found, made.signal)]
        if before is not None and before[0] in steps
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
            yield _course("normed" if normed else "plain", found, points[::-1], steps)


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
