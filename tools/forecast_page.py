"""Measure the forecast on the zoo and write docs/forecast.md.

Run it when a rule of ``isometry.plans.forecast`` changes: ``python tools/forecast_page.py``. That
takes half an hour of real forwards; with ``--draws FOLDER`` they are kept there, one file a model,
and taken from there the next time: after a stop, or when only a rule has changed.
"""

import argparse
import itertools
import json
import math
import statistics
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import isometry as iso  # noqa: E402 - the repository's tests hold the models
from isometry import errors, graphs, plans  # noqa: E402 - as above
from tests.plans.forecast import measuring, nets  # noqa: E402 - as above
from tests.zoo import ZOO  # noqa: E402 - as above

PAGE = ROOT / "docs" / "forecast.md"
FEWEST, MOST, BATCH = 48, 200, 16
"""Draws of a model: at least, at most, and after how many more it is asked whether they do."""

DOUBT = 0.007
"""Draws do when the standard error of every layer's root mean square is below this."""

SHOWN = 12
"""Layers that are named as the worst."""

Draws = list[dict[int, float]]


@dataclass(frozen=True, slots=True)
class Layer:
    """One use of a weight: how far the forecast is off, and how sure that is.

    Attributes:
        name: Model and path.
        off: Forecast over measured, less 1.
        doubt: Standard error of the measured value, relative.
        inside: Share of the draws that fell into the band.
        kind: ``tied`` for the head that shares its table, ``recurrent``, or nothing.
    """

    name: str
    off: float
    doubt: float
    inside: float
    kind: str


@dataclass(frozen=True, slots=True)
class Row:
    """One model: its layers, and those of which nothing can be said."""

    name: str
    draws: int
    layers: tuple[Layer, ...]
    left_out: tuple[str, ...]


def cases() -> Iterator[tuple[str, Callable[[], nn.Module], Callable[[int], Any]]]:
    """Every model that is measured, the tests' own wide nets first."""
    yield from ((net.name, net.build, net.example) for net in nets.NETS)
    yield from ((model.name, model.build, measuring.varied(model.example)) for model in ZOO)


def measure(
    name: str, build: Callable[[], nn.Module], example: Callable[[int], Any], store: Path | None
) -> Row:
    """Forecast one model and hold it to as many forwards as it takes."""
    plan, model = iso.plan(build), build()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        iso.apply(plan, model, seed=0)
    where = measuring.marked(model, example(0))
    uses = graphs.read(where.graph).uses
    where = where.only(use.map.step for use in uses)
    keys = [f"{use.map.step} {' '.join(use.map.weights)}" for use in uses]
    file = store / f"{name.replace(' ', '-')}.json" if store else None
    draws = kept(file, keys)
    if draws is None:
        draws = enough(measuring.drawn(model, example, plan, where))
        keep(file, keys, draws)
    return compared(name, plans.forecast(where.graph, plan), kinds(uses), draws)


def enough(forwards: Iterator[dict[int, float]]) -> Draws:
    """Draw after draw, until every layer is known well enough or there are ``MOST`` of them."""
    draws = list(itertools.islice(forwards, FEWEST))
    while len(draws) < MOST and doubt(draws) > DOUBT:
        draws += itertools.islice(forwards, min(BATCH, MOST - len(draws)))
    return draws


def doubt(draws: Draws) -> float:
    """The largest standard error of a layer's root mean square."""
    steps = set(itertools.chain.from_iterable(draws))
    return max((measuring.doubt(measuring.squares_of(draws, i)) for i in steps), default=0.0)


def kept(file: Path | None, keys: Sequence[str]) -> Draws | None:
    """The draws of an earlier run, if it saw the same uses of weights."""
    if file is None or not file.exists():
        return None
    held = json.loads(file.read_text())
    if held["uses"] != list(keys):
        return None
    return [{int(step): value for step, value in draw.items()} for draw in held["draws"]]


def keep(file: Path | None, keys: Sequence[str], draws: Draws) -> None:
    """Write them down for a later run."""
    if file is not None:
        file.write_text(json.dumps({"uses": list(keys), "draws": draws}))


def kinds(uses: Sequence[graphs.Use]) -> dict[int, str]:
    """Which uses are of a table that is head, too, and which are recurrences."""
    tables = {path for use in uses if use.map.kind == "embedding" for path in use.map.weights}
    found = {use.map.step: "recurrent" for use in uses if use.map.kind == "recurrent"}
    heads = (use.map for use in uses if use.map.kind != "embedding")
    return found | {head.step: "tied" for head in heads if tables & set(head.weights)}


def compared(name: str, forecast: plans.Forecast, known: dict[int, str], draws: Draws) -> Row:
    """Every layer of a forecast beside what was measured."""
    layers, left_out = [], []
    for one in forecast.layers:
        squares = measuring.squares_of(draws, one.step)
        rms = math.sqrt(statistics.fmean(squares)) if squares else math.nan
        title = f"{name} `{one.path}`"
        if not rms or math.isnan(rms) or math.isnan(one.rms):
            left_out.append(f"{title}: measured {rms:.3g}, forecast {one.rms:.3g}")
            continue
        inside = statistics.fmean(one.low <= math.sqrt(value) <= one.high for value in squares)
        off, doubt = one.rms / rms - 1, measuring.doubt(squares)
        layers.append(Layer(title, off, doubt, inside, known.get(one.step, "")))
    return Row(name, len(draws), tuple(layers), tuple(left_out))


def quantile(values: Sequence[float], share: float) -> float:
    """The value that so large a share lies below."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def line(row: Row) -> str:
    """One model as a row of the table."""
    off = [abs(layer.off) for layer in row.layers]
    if not off:
        return f"| {row.name} | 0 | {row.draws} | | | | | |"
    doubt = max(layer.doubt for layer in row.layers)
    inside = statistics.fmean(layer.inside for layer in row.layers)
    numbers = (statistics.median(off), quantile(off, 0.95), max(off), doubt)
    shown = " | ".join(f"{number:.1%}" for number in numbers)
    return f"| {row.name} | {len(off)} | {row.draws} | {shown} | {inside:.0%} |"


def worst(layers: Sequence[Layer]) -> str:
    """The layers that are furthest off."""
    ordered = sorted(layers, key=lambda layer: -abs(layer.off))
    rows = (f"| {x.name} | {x.off:+.1%} | {x.doubt:.1%} | {x.inside:.0%} |" for x in ordered)
    return "\n".join(itertools.islice(rows, SHOWN))


def of_kind(layers: Sequence[Layer], kind: str) -> str:
    """What is worst among the layers of one kind."""
    found = [layer for layer in layers if layer.kind == kind]
    if not found:
        return "none was measured"
    one = max(found, key=lambda layer: abs(layer.off))
    return f"{len(found)} layers, worst {abs(one.off):.1%} ({one.name})"


def bullets(items: Sequence[str]) -> str:
    """A list, or that it is empty."""
    return "\n".join(f"* {item}" for item in items) or "None."


def summary(layers: Sequence[Layer]) -> str:
    """All layers in one sentence."""
    off = [abs(layer.off) for layer in layers]
    inside = statistics.fmean(layer.inside for layer in layers)
    steady = statistics.fmean(layer.inside >= 0.95 for layer in layers)
    doubtful = statistics.median(layer.doubt for layer in layers)
    return (
        f"**All {len(off)} layers: median {statistics.median(off):.2%}, 95th percentile\n"
        f"{quantile(off, 0.95):.1%}, worst {max(off):.0%}; median doubt {doubtful:.2%};\n"
        f"{inside:.1%} of draws inside the band, {steady:.0%} of layers hold 95% of theirs.**"
    )


def page(rows: Sequence[Row], refused: Sequence[str]) -> str:
    """The whole page."""
    layers = [layer for row in rows for layer in row.layers]
    return TEXT.format(
        models=len(rows),
        fewest=FEWEST,
        most=MOST,
        doubt=f"{DOUBT:.1%}",
        summary=summary(layers),
        tied=of_kind(layers, "tied"),
        recurrent=of_kind(layers, "recurrent"),
        assumptions=bullets(plans.Forecast(()).assumptions),
        worst=worst(layers),
        rows="\n".join(map(line, rows)),
        left_out=bullets([one for row in rows for one in row.left_out]),
        refused=bullets(refused),
    )


TEXT = """# The forecast, measured

`plans.forecast(graph, plan)` says what every layer's preactivation will be before a number is
drawn. Here it is held to real forwards: {models} models under their own initialization (recipe
`native`). Each draw takes new weights, new inputs of the same law and new noise; indices stay those
of the example, because the forecast reads from them how often they coincide. The error compares
the forecast root mean square with that over all draws, of every use of a weight, narrow ones
included. There are {fewest} draws at least, and more, up to {most}, until the standard error of
each layer's measured value is below {doubt}; the column "doubt" holds the largest that is left,
which is part of the error. The last column says how many single draws fell into the stated band.

{summary}

* Heads tied to an embedding: {tied}.
* Recurrences: {recurrent}.

It takes for granted:

{assumptions}

The layers that are furthest off:

| layer | error | doubt | draws inside |
|---|---|---|---|
{worst}

| model | layers | draws | median | 95th percentile | worst | doubt | draws inside |
|---|---|---|---|---|---|---|---|
{rows}

Layers of which there is nothing to compare:

{left_out}

Models that were not measured, and why:

{refused}

Written by `tools/forecast_page.py`.
"""


def main() -> None:
    """Measure all and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=Path, help="folder that keeps what was measured")
    store = parser.parse_args().draws
    if store:
        store.mkdir(parents=True, exist_ok=True)
    rows, refused = [], []
    torch.set_num_threads(1)
    for name, build, example in cases():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                rows.append(measure(name, build, example, store))
                print(line(rows[-1]), flush=True)
            except (errors.IsometryError, RuntimeError) as problem:
                refused.append(f"{name}: {str(problem).splitlines()[0]}")
                print(refused[-1], flush=True)
    PAGE.write_text(page(rows, refused))


if __name__ == "__main__":
    main()
