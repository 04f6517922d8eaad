"""Measure the backward forecast on the zoo and write docs/forecast-backward.md.

Run it when a backward rule of ``isometry.plans.forecast`` changes: ``python tools/gradient_page.py
STORE``. The folder STORE, outside the repository, keeps what autograd showed, one file a model:
half an hour the first time, two minutes from then on.
"""

import json
import math
import statistics
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils import _pytree as pytree

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import isometry as iso  # noqa: E402 - the repository's tests hold the models
from isometry import errors, graphs, plans  # noqa: E402 - as above
from isometry.graphs.graph import from_json  # noqa: E402 - as above
from isometry.plans.forecast import backward_widths, widths  # noqa: E402 - as above
from tests.plans.forecast import backpropagating, measuring  # noqa: E402 - as above
from tests.zoo import ZOO  # noqa: E402 - as above

PAGE = ROOT / "docs" / "forecast-backward.md"
BLOCK, LEAST, MOST = 16, 48, 512
"""Draws are added by so many until all standard errors are small enough, or these are the most."""

WORK = 8000
"""Steps that are run in all, where that is between the least and the most draws."""

SURE = 0.025
"""Relative standard error of a root mean square at which drawing ends."""

KNOWN = 0.05
"""A root mean square that so many draws show less surely than this is left out of the errors."""

TYPES = 2
"""An input of so few different whole numbers is a mask, or types of words."""

DEAD = 1e-20
"""A mean square below this is rounding: the gradient is zero."""

Build = Callable[[], nn.Module]
Example = Callable[[int], Any]


@dataclass(frozen=True, slots=True)
class Side:
    """Gradients of one kind: relative errors, draws inside the band, and what is left out.

    Attributes:
        errors: Of what is forecast and surely measured.
        inside: Whether single draws fell inside.
        unsure: How many the draws do not show surely enough.
        missing: Names of those that autograd has a gradient for, and the forecast has none.
    """

    errors: tuple[tuple[str, float], ...] = ()
    inside: tuple[bool, ...] = ()
    unsure: int = 0
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One model: the gradients of its maps' outputs, and of its weights."""

    name: str
    outputs: Side
    weights: Side


def cases() -> Iterator[tuple[str, Build, Example]]:
    """Every model of the zoo."""
    for one in ZOO:
        yield one.name, one.build, measuring.varied(unpadded(one.build, one.example))


def quantile(values: Sequence[float], part: float) -> float:
    """The value that so large a part lies below."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]


def share(inside: Sequence[bool]) -> str:
    """How many of the draws fell into the band."""
    return f"{sum(inside) / len(inside):.0%}" if inside else ""


def unpadded(build: Build, example: Callable[[], Any]) -> Callable[[], Any]:
    """The example with other words for the paddings, whose rows are zero."""
    tables = [one for one in build().modules() if isinstance(one, nn.Embedding)]
    paddings = {one.padding_idx for one in tables if one.padding_idx is not None}

    def leaf(value: Any) -> Any:
        words = isinstance(value, torch.Tensor) and value.dtype == torch.int64
        if not words or value.unique().numel() <= TYPES:
            return value
        padded = sum((value == one for one in paddings), torch.zeros_like(value)) > 0
        return torch.where(padded, value + len(paddings), value)

    return lambda: pytree.tree_map(leaf, example())


def measured(store: Path, name: str, build: Build, example: Example) -> backpropagating.Seen:
    """What autograd showed, from the store where it is known, beside the graph as it is read now.

    Raises:
        RuntimeError: The store knows draws of another graph.
    """
    file = store / f"{name}.json"
    if not file.exists():
        seen = drawn(build, example)
        draws = [asdict(draw) for draw in seen.draws]
        file.write_text(json.dumps({"graph": seen.graph.to_json(), "draws": draws}))
    known = json.loads(file.read_text())
    graph = recorded(build, example, len(known["draws"]) - 1)
    if steps_of(graph) != steps_of(from_json(known["graph"])):
        raise RuntimeError(f"{file} holds draws of another graph; remove it")
    return backpropagating.Seen(
        graph,
        tuple(
            backpropagating.Draw({int(i): q for i, q in one["steps"].items()}, one["weights"])
            for one in known["draws"]
        ),
    )


def recorded(build: Build, example: Example, seed: int) -> graphs.Graph:
    """The graph of one more draw: what is known of its constants may have grown since."""
    stream = backpropagating.draws(build(), example, iso.plan(build), seeds=iter([seed]))
    return next(stream)[0]


def steps_of(graph: graphs.Graph) -> list[tuple[str, tuple[int, ...]]]:
    """Every operation, and what it was done to."""
    return [(node.op, node.inputs) for node in graph.nodes]


def drawn(build: Build, example: Example) -> backpropagating.Seen:
    """So many draws that every root mean square is sure, or as many as are taken at most."""
    stream = backpropagating.draws(build(), example, iso.plan(build), seeds=count())
    draws: list[backpropagating.Draw] = []
    while True:
        block = list(islice(stream, BLOCK))
        draws += [draw for _, draw in block]
        seen = backpropagating.Seen(block[-1][0], tuple(draws))
        if not all(map(math.isfinite, block[-1][1].weights.values())):
            raise RuntimeError("autograd's gradient is not a number")
        if len(draws) >= min(max(WORK // len(seen.graph), LEAST), MOST) or unsureness(seen) < SURE:
            return seen


def unsureness(seen: backpropagating.Seen) -> float:
    """The largest standard error of what the page compares."""
    uses = graphs.read(seen.graph).uses
    steps = [seen.step(use.map.step) for use in uses]
    weights = [seen.weight(path) for use in uses for path in use.map.weights]
    return max((backpropagating.uncertainty(one) for one in (*steps, *weights)), default=0.0)


Pair = tuple[str, float | None, tuple[float, float], list[float]]
"""A name, the forecast, its band, and the mean squares of the draws."""


def side(pairs: Sequence[Pair]) -> Side:
    """Forecasts held to measurements; a weight that is used twice counts once."""
    errors_, inside, missing, unsure = [], [], [], 0
    for name, made, (low, high), squares in pairs:
        real = backpropagating.rms(squares) if squares else 0.0
        zero = real**2 < DEAD and (made is None or made**2 < DEAD)
        if zero or not squares:  # none asked of autograd
            continue
        if made is None:
            missing.append(name)
            continue
        inside += [low <= square**0.5 <= high for square in squares]
        if backpropagating.uncertainty(squares) > KNOWN:
            unsure += 1
        else:
            errors_.append((name, abs(made / real - 1) if real > DEAD else float("inf")))
    return Side(tuple(errors_), tuple(inside), unsure, tuple(missing))


def compare(name: str, build: Build, seen: backpropagating.Seen) -> Row:
    """The forecast of a model beside its measurement."""
    layers = plans.forecast(seen.graph, iso.plan(build)).layers
    outputs: dict[int, Pair] = {}
    weights: dict[str, Pair] = {}
    for layer in layers:
        g = layer.gradients
        bands = ((g.output_low, g.output_high), (g.low, g.high)) if g else ((0.0, 0.0),) * 2
        outputs[layer.step] = (
            layer.path,
            g.output if g else None,
            bands[0],
            seen.step(layer.step) if layer.step in seen.draws[0].steps else [],
        )
        if layer.path in seen.draws[0].weights:
            made = g.weight if g else None
            weights[layer.path] = (layer.path, made, bands[1], seen.weight(layer.path))
    return Row(name, side(list(outputs.values())), side(list(weights.values())))


def numbers(one: Side) -> str:
    """Median, 95th percentile and worst of one kind as three cells."""
    off = [error for _, error in one.errors]
    if not off:
        return " | | "
    found = (statistics.median(off), quantile(off, 0.95), max(off))
    return " | ".join(f"{number:.1%}" for number in found)


def line(row: Row) -> str:
    """One model as a row of the table."""
    both = (row.outputs, row.weights)
    cells = [f"{len(one.errors)} | {numbers(one)} | {share(one.inside)}" for one in both]
    return f"| {row.name} | {' | '.join(cells)} |"


def whole(kind: str, sides: Sequence[Side]) -> str:
    """All models together, in a sentence."""
    off = [error for one in sides for _, error in one.errors]
    inside = [drawn for one in sides for drawn in one.inside]
    unsure, missing = sum(one.unsure for one in sides), sum(len(one.missing) for one in sides)
    return (
        f"**{kind}: {len(off)} layers, median {statistics.median(off):.1%}, 95th percentile "
        f"{quantile(off, 0.95):.1%}, worst {max(off):.0%}; "
        f"{share(inside)} of {len(inside)} draws inside the band.** "
        f"{unsure} more are known to less than {KNOWN:.0%} and count in the band alone; "
        f"{missing} have no forecast."
    )


def page(rows: Sequence[Row], refused: Sequence[str]) -> str:
    """The whole page."""
    left_out = [*refused, *gaps(rows)] or ["none"]
    return f"""# The forecast of gradients, measured

`plans.forecast(graph, plan)` also says how large the gradients of a layer will be. Here it is held
to autograd: {len(rows)} models of the zoo under their own initialization (recipe `native`), every
draw with weights, inputs and cotangents of its own. The loss is the product of all outputs with
independent normal numbers of variance 1. Compared are root mean squares over all draws: of the
gradient of each map's output (the preactivation), and of each weight. Draws go on until their
standard error is below {SURE:.1%}, or {WORK} steps have run; what they still show no better than
to {KNOWN:.0%} is left out of the errors. Padding is not fed: its rows are zero, and a norm behind
them has next to nothing to divide by.

{whole("Outputs of maps", [row.outputs for row in rows])}

{whole("Weights", [row.weights for row in rows])}

It takes for granted what the forecast of signals does, that weights going back are independent of
those going forth, and that the uses of one weight are independent of each other: what layers that
share weights have in common, as those of ALBERT and of a siamese net do, is not known to it. Of
experts it knows how many tokens the example sent to each, not those of another draw.

The band is {widths.CHANCE} standard deviations of a draw, from the finite width of every layer
ahead and behind, and {backward_widths.RULE:.0%} for the rules.

| model | outputs | median | 95th | worst | inside | weights | median | 95th | worst | inside |
|---|---|---|---|---|---|---|---|---|---|---|
{chr(10).join(line(row) for row in rows)}

Not measured, or without a forecast:

{chr(10).join(f"* {one}" for one in left_out)}

Written by `tools/gradient_page.py`.
"""


def gaps(rows: Sequence[Row]) -> Iterator[str]:
    """Models with gradients that the forecast does not reach."""
    for row in rows:
        names = dict.fromkeys((*row.outputs.missing, *row.weights.missing))
        if names:
            yield f"{row.name}: no forecast of {', '.join(f'`{name}`' for name in names)}"


def main() -> None:
    """Measure what the store does not know, compare all, and write the page."""
    store, rows, refused = Path(sys.argv[1]), [], []
    store.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for name, build, example in cases():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                rows.append(compare(name, build, measured(store, name, build, example)))
                print(line(rows[-1]), flush=True)
            except (errors.IsometryError, RuntimeError) as problem:
                refused.append(f"{name}: {str(problem).splitlines()[0]}")
                print(refused[-1], flush=True)
        if rows:
            PAGE.write_text(page(rows, refused))


if __name__ == "__main__":
    main()
