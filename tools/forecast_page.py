"""Measure the forecast on the zoo and write docs/forecast.md.

Run it when a rule of ``isometry.plans.forecast`` changes: ``python tools/forecast_page.py``. It
takes ten minutes.
"""

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
from torch.utils import _pytree as pytree

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import isometry as iso  # noqa: E402 - the repository's tests hold the models
from isometry import errors, plans  # noqa: E402 - as above
from tests.plans.forecast import measuring, nets  # noqa: E402 - as above
from tests.zoo import ZOO  # noqa: E402 - as above

PAGE = ROOT / "docs" / "forecast.md"
SEEDS = 12
NARROW = 16
"""Layers of fewer outputs are left out of the errors: 12 draws do not show their rms to 5 %."""


@dataclass(frozen=True, slots=True)
class Row:
    """One model: relative errors of wide layers, whether draws fell inside, what has no rule."""

    name: str
    errors: tuple[float, ...]
    inside: tuple[bool, ...]
    notes: tuple[str, ...]


def varied(example: Callable[[], Any]) -> Callable[[int], Any]:
    """The example with other numbers of the same law for each seed; indices stay."""

    def of(seed: int) -> Any:
        generator = torch.Generator().manual_seed(seed)

        def leaf(value: Any) -> Any:
            real = isinstance(value, torch.Tensor) and value.dtype == torch.float32
            noise = torch.randn(value.shape, generator=generator) if real else None
            return value if noise is None or value.unique().numel() <= value.dim() else noise

        return pytree.tree_map(leaf, example())

    return of


def cases() -> Iterator[tuple[str, Callable[[], nn.Module], Callable[[int], Any]]]:
    """Every model that is measured, the tests' own wide nets first."""
    yield from ((net.name, net.build, net.example) for net in nets.NETS)
    yield from ((model.name, model.build, varied(model.example)) for model in ZOO)


def measure(name: str, build: Callable[[], nn.Module], example: Callable[[int], Any]) -> Row:
    """Forecast one model and run it under every seed."""
    plan = iso.plan(build)
    measured = measuring.measured(build(), example, plan, SEEDS)
    forecast = plans.forecast(measured.graph, plan)
    shapes = {node.index: node.shape for node in measured.graph}
    off, inside = [], []
    for layer in forecast.layers:
        seen = [math.sqrt(draw.get(layer.step, 0.0)) for draw in measured.draws]
        if not any(seen) or math.isnan(layer.rms) or any(map(math.isnan, seen)):
            continue
        inside += [layer.low <= one <= layer.high for one in seen]
        if min(shapes[layer.step][-1:], default=0) >= NARROW or len(shapes[layer.step]) > 2:
            off.append(abs(layer.rms / measured.rms(layer.step) - 1))
    return Row(name, tuple(off), tuple(inside), forecast.notes)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that so large a share lies below."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def line(row: Row) -> str:
    """One model as a row of the table."""
    if not row.errors:
        return f"| {row.name} | 0 | | | | {share(row.inside)} |"
    numbers = (statistics.median(row.errors), quantile(row.errors, 0.95), max(row.errors))
    shown = " | ".join(f"{number:.1%}" for number in numbers)
    return f"| {row.name} | {len(row.errors)} | {shown} | {share(row.inside)} |"


def share(inside: Sequence[bool]) -> str:
    """How many of the draws fell into the band."""
    return f"{sum(inside) / len(inside):.0%}" if inside else ""


def page(rows: Sequence[Row], refused: Sequence[str]) -> str:
    """The whole page."""
    off = [one for row in rows for one in row.errors]
    inside = [one for row in rows for one in row.inside]
    assumptions = "\n".join(f"* {one}" for one in plans.Forecast(()).assumptions)
    left_out = "\n".join(f"* {one}" for one in refused) or "None."
    return f"""# The forecast, measured

`plans.forecast(graph, plan)` says what every layer's preactivation will be before a number is
drawn. Here it is held to real forwards: {len(rows)} models, {SEEDS} draws of all weights and
inputs each, under the model's own initialization (recipe `native`). The error compares the
forecast root mean square with that over all draws; the last column says how many single draws
fell into the stated band. Layers of fewer than {NARROW} outputs count in the last column alone:
so few draws do not show their root mean square. The zoo's models are narrow (16 to 64 channels),
so part of every error below is the draw's.

**All {len(off)} layers: median {statistics.median(off):.2%}, 95th percentile \
{quantile(off, 0.95):.1%}, worst {max(off):.0%}; {share(inside)} of {len(inside)} draws inside \
the band.**

It takes for granted:

{assumptions}

| model | layers | median | 95th percentile | worst | draws inside |
|---|---|---|---|---|---|
{chr(10).join(line(row) for row in rows)}

Not measured, and why:

{left_out}

Written by `tools/forecast_page.py`.
"""


def main() -> None:
    """Measure all and write the page."""
    rows, refused = [], []
    torch.set_num_threads(1)
    for name, build, example in cases():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                rows.append(measure(name, build, example))
                print(line(rows[-1]), flush=True)
            except (errors.IsometryError, RuntimeError) as problem:
                refused.append(f"{name}: {str(problem).splitlines()[0]}")
                print(refused[-1], flush=True)
        PAGE.write_text(page(rows, refused))


if __name__ == "__main__":
    main()
