"""What the page says in words and numbers: cards, findings, layers."""

import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from isometry.findings import Diagnosis, Finding
from isometry.measurements import Apparent, Histogram, Layer
from isometry.reports.figures.scales import short
from isometry.reports.pages.pictures import by_path
from isometry.reports.severities import FINE, SIGNS
from isometry.reports.signals import signal_table

ROWS = 60
"""Layers that the table lists; of more, some are left out between the first and the last."""
BARS = 24
"""Columns of a small histogram."""
NOTHING = "–"
FAMOUS = ("torch", "keras", "flax", "he", "kaiming", "xavier", "glorot", "lecun", "orthogonal")
"""Beginnings of names of schemes that a reader knows."""


@dataclass(frozen=True, slots=True)
class Card:
    """One quantity of the whole model.

    Attributes:
        name: What it is.
        verdict: With its sign.
        told: The numbers.
        later: The numbers of the second diagnosis; empty where there is none.
        judged: Its verdict.
    """

    name: str
    verdict: str
    told: str
    later: str = ""
    judged: str = ""


def cards(now: Diagnosis, after: Diagnosis | None) -> tuple[Card, ...]:
    """The lines of the terminal's table that have a verdict, and the Jacobian."""
    there = dict(_facts(after)) if after else {}
    return tuple(
        Card(name, verdict, told, *there.get(name, ("", ""))[::-1])
        for name, (verdict, told) in _facts(now)
    )


def _facts(diagnosis: Diagnosis) -> Iterator[tuple[str, tuple[str, str]]]:
    seen: set[str] = set()
    for name, told, layer, verdict, _ in signal_table(diagnosis, bars=8).rows:
        if name not in seen:
            seen.add(name)
            yield name, (verdict, f"{told} {layer and f'({layer} a layer)'}".strip())
    spectrum = diagnosis.measurement.spectrum
    if spectrum is not None and math.isfinite(spectrum.mean):
        spread = short(math.sqrt(spectrum.variance)) if spectrum.variance >= 0 else NOTHING
        told = f"rms singular value {short(math.sqrt(spectrum.mean))}, spread {spread}"
        yield "Jacobian", ("", told)


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as the page shows it."""

    finding: Finding
    sign: str
    evidence: tuple[tuple[str, str], ...]
    gone: bool = False


def told(now: Diagnosis, after: Diagnosis | None) -> tuple[Told, ...]:
    """The findings, each with whether the second diagnosis has it no more."""
    left = {one.code for one in after.findings} if after else set()
    return tuple(
        replace(one, gone=after is not None and one.finding.code not in left)
        for one in told_of(now.findings)
    )


def told_of(found: Iterable[Finding]) -> tuple[Told, ...]:
    """Findings as a page shows them."""
    return tuple(
        Told(
            one, SIGNS[one.severity], tuple((name, _number(value)) for name, value in one.evidence)
        )
        for one in found
    )


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else short(value)


@dataclass(frozen=True, slots=True)
class Row:
    """One layer of the table; pairs are now and after."""

    path: str
    scheme: str
    std: tuple[str, str]
    delta: tuple[str, str]
    ratio: tuple[str, str]
    spark: tuple[str, str]


def rows(now: Diagnosis, after: Diagnosis | None) -> tuple[tuple[Row, ...], int]:
    """The layers, and how many of them are left out."""
    here = by_path(now.measurement)
    there = by_path(after.measurement) if after else {}
    looks = {one.path: one.apparent for one in now.measurement.tensors}
    paths = list(here)
    step = max(-(-len(paths) // ROWS), 1)
    kept = sorted({*range(0, len(paths), step), len(paths) - 1}) if paths else []
    listed = tuple(_row(here[paths[i]], there.get(paths[i]), looks.get(paths[i])) for i in kept)
    return listed, len(paths) - len(listed)


def _row(now: Layer, after: Layer | None, look: Apparent | None) -> Row:
    scheme = "" if look is None else _scheme(look)
    return Row(
        now.path,
        scheme,
        _pair(now, after, _std),
        _pair(now, after, _delta),
        _pair(now, after, _ratio),
        spark=(spark(now.spread), spark(after.spread) if after else ""),
    )


def _scheme(look: Apparent) -> str:
    """What a tensor looks like, by the name that is known best."""
    best = sorted(look.fits, key=lambda name: not name.startswith(FAMOUS))
    return best[0] if best else look.family


def _pair(now: Layer, after: Layer | None, read: Callable[[Layer], float]) -> tuple[str, str]:
    return _finite(read(now)), "" if after is None else _finite(read(after))


def _std(layer: Layer) -> float:
    return layer.values.std


def _delta(layer: Layer) -> float:
    return layer.gradient.rms if layer.gradient else math.nan


def _ratio(layer: Layer) -> float:
    return layer.ratio


def _finite(value: float) -> str:
    return short(value) if math.isfinite(value) else NOTHING


def spark(histogram: Histogram | None) -> str:
    """The path of a small histogram, 72 wide and 18 high; empty where there is none."""
    if histogram is None:
        return ""
    counts, wide = histogram.counts, len(histogram.counts) / BARS
    heights = [sum(counts[int(i * wide) : int((i + 1) * wide)]) for i in range(BARS)]
    top = max(heights) or 1
    steps = " ".join(f"V{18 - round(17 * (h / top) ** 0.6)}h3" for h in heights)
    return f"M0 18{steps}V18Z"


def embedded(diagnosis: Diagnosis) -> str:
    """The run as JSON that cannot end the element that holds it; big lists are left out."""
    data = {
        "schema": 1,
        "verdict": diagnosis.verdict,
        "findings": [asdict(one) for one in diagnosis.findings],
        "layers": [
            {"path": one.path, "std": _finite(one.values.std), "delta": _finite(_delta(one))}
            for one in diagnosis.measurement.layers[:1000]
        ],
    }
    return escaped_json(data)


def escaped_json(data: dict[str, Any]) -> str:
    """JSON that cannot end the element that holds it."""
    text = json.dumps(data, default=str, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def sign(diagnosis: Diagnosis) -> str:
    """The sign of the verdict."""
    return SIGNS[diagnosis.findings[0].severity] if diagnosis.findings else FINE
