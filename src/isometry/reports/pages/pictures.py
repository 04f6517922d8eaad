"""The pictures of a diagnosis, from what was measured."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from isometry import errors, theory
from isometry.findings import Diagnosis
from isometry.measurements import Activated, Layer, Measurement
from isometry.reports import figures
from isometry.reports.figures import Figure

Now = Mapping[str, Layer]


def pictures(diagnosis: Diagnosis, after: Diagnosis | None) -> tuple[Figure, ...]:
    """Every picture that the measurements allow, in the order of the page."""
    other = None if after is None else after.measurement
    drawn = (*_drawn(diagnosis.measurement, other),)
    return tuple(figure for figure in drawn if figure is not None)


def _drawn(now: Measurement, after: Measurement | None) -> Iterator[Figure | None]:
    yield _depths(now, after)
    yield _ridges(now, after)
    yield _spectrum(now, after)
    for name in usual(now)[:2]:
        yield from _of_activation(name, now, after)


def usual(measured: Measurement) -> list[str]:
    """Activations that theory knows, the most frequent first."""
    counted = Counter(one.name for one in measured.activations)
    return [name for name, _ in counted.most_common() if known(name)]


def known(name: str) -> bool:
    """Whether theory has a record of an activation."""
    try:
        theory.activation(name)
    except errors.IsometryError:
        return False
    return True


def by_path(measured: Measurement | None) -> dict[str, Layer]:
    """The first use of each weight."""
    found: dict[str, Layer] = {}
    for layer in measured.layers if measured else ():
        found.setdefault(layer.path, layer)
    return found


def _depths(now: Measurement, after: Measurement | None) -> Figure | None:
    here, there = by_path(now), by_path(after)
    if not here:
        return None
    return figures.depth_triptych(
        tuple(here),
        signal=_course(here, there, lambda one: one.values.std),
        error=_course(here, there, lambda one: one.gradient.rms if one.gradient else math.nan),
        gradient=_course(here, there, lambda one: one.ratio),
    )


def _course(here: Now, there: Now, read: Callable[[Layer], float]) -> figures.Course:
    def values(layers: Now) -> dict[str, float]:
        seen = {path: read(one) for path, one in layers.items() if path in here}
        return {path: value for path, value in seen.items() if math.isfinite(value) and value > 0}

    return figures.Course(values(here), after=values(there))


def _ridges(now: Measurement, after: Measurement | None) -> Figure | None:
    here = _histograms(now)
    if not here:
        return None
    there = {one[0]: one for one in _histograms(after)} if after else {}
    matched = [there[one[0]] for one in here if one[0] in there]
    return figures.activation_ridgeline(here, matched or None)


Ridge = tuple[str, float, float, Sequence[float]]


def _histograms(measured: Measurement | None) -> list[Ridge]:
    """How what leaves each activation is spread, under the layer before it."""
    found: dict[str, Ridge] = {}
    for one in measured.activations if measured else ():
        name, seen = one.path or f"step {one.step}", one.leaving
        if seen is not None:
            found.setdefault(name, (name, seen.low, seen.high, seen.counts))
    return list(found.values())


def _spectrum(now: Measurement, after: Measurement | None) -> Figure | None:
    if now.spectrum is None or not now.spectrum.values:
        return None
    other = after.spectrum if after else None
    shown = other.values if other is not None and other.values else None
    return figures.jacobian_spectrum(now.spectrum.values, shown)


def _of_activation(
    name: str, now: Measurement, after: Measurement | None
) -> Iterator[Figure | None]:
    yield _lab(name, now)
    fed = [one for one in now.layers if one.around.feeds == (name,)]
    if not fed:
        return
    weight_var, bias_var = point(now, fed)
    depth = min(max(len(fed), 2), 100)
    yield figures.length_cobweb(name, weight_var=weight_var, bias_var=bias_var, depth=depth)
    yield figures.correlation_cobweb(name, weight_var=weight_var, bias_var=bias_var, depth=depth)
    points = [("now", weight_var, bias_var), ("Xavier", 1.0, 0.0), ("He", 2.0, 0.0)]
    changed = [one for one in after.layers if one.around.feeds == (name,)] if after else []
    if after and changed:
        points.insert(1, ("after", *point(after, changed)))
    yield figures.phase_diagram(name, points)


def point(measured: Measurement, layers: Sequence[Layer]) -> tuple[float, float]:
    """Median variance of the weights times fan-in, and of the biases, of some layers."""
    gains = sorted(one.gain**2 for one in layers)
    biases = {one.path: one for one in measured.tensors}
    beside = [biases.get(one.path.removesuffix("weight") + "bias") for one in layers]
    squares = sorted(one.rms**2 for one in beside if one is not None)
    return gains[len(gains) // 2], squares[len(squares) // 2] if squares else 0.0


def _lab(name: str, now: Measurement) -> Figure | None:
    seen = [one for one in now.activations if one.name == name and one.entering is not None]
    if not seen:
        return None
    middle = seen[len(seen) // 2]
    entering = middle.entering
    assert entering is not None  # chosen so
    ridge = (middle.path or name, entering.low, entering.high, entering.counts)
    return figures.activation_lab(name, ridge, **_shares(middle))


def _shares(one: Activated) -> dict[str, float]:
    return {"dead": one.dead / one.units if one.units else 0.0, "saturated": one.saturated}
