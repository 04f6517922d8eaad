"""Writes the figures of ``docs/dynamic.md``: a net that dies, with and without upkeep.

Run it when a part of the upkeep changes: ``python -m tools.dynamic_page``. It trains small nets on
the digits of scikit-learn for some minutes and writes the tables between the markers of the page
and ``docs/dynamic/*.svg`` beside it.
"""

import itertools
import math
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from isometry import calibrations
from isometry.reports import Axis, Curve, Panel, panels
from tools import dying
from tools.dying import Course, Setting

DOCS = Path(__file__).parents[1] / "docs"
PAGE, PICTURE = DOCS / "dynamic.md", DOCS / "dynamic" / "survival.svg"
BEGIN, END = "<!-- figures: begin -->\n", "<!-- figures: end -->\n"

SEEDS = range(5)
GRIDS: dict[str, tuple[float, ...]] = {
    "SGD with momentum 0.9": (0.03, 0.1, 0.3, 1.0, 3.0),
    "Adam": (0.003, 0.01, 0.03, 0.1, 0.3),
    "SGD with momentum 0.9, the rate does not fall": (0.03, 0.1, 0.3, 1.0),
}
"""What is tried: the optimizer and its schedule, and the rates."""
SHOWN = (("SGD with momentum 0.9", 0.3), ("SGD with momentum 0.9", 1.0), ("Adam", 0.3))
"""What is drawn."""
Parts = tuple[calibrations.Part, ...]
REVIVE = calibrations.Revive(every=20)
CLIP = calibrations.Clip(limit=0.02)
KEPT: dict[str, Parts] = {
    "plain": (),
    "revive": (REVIVE,),
    "clip": (CLIP,),
    "revive + clip": (REVIVE, CLIP),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """All seeds of one setting.

    Attributes:
        grid: The optimizer and its schedule.
        rate: The learning rate at the start.
        kept: Which parts, by their name on the page.
        courses: One a seed.
    """

    grid: str
    rate: float
    kept: str
    courses: tuple[Course, ...]

    def row(self) -> str:
        """Median and span of accuracies, the median dead share or how many seeds overflowed."""
        accuracies = [one.accuracy[-1] for one in self.courses]
        idle = statistics.median(one.idle[-1] for one in self.courses)
        lost = sum(one.overflowed for one in self.courses)
        span = f"{min(accuracies):.2f} to {max(accuracies):.2f}"
        gone = f"{lost} overflowed" if lost else f"{100 * idle:.0f} % dead"
        return f"{statistics.median(accuracies):.2f} ({span}), {gone}"


def cells() -> Iterable[Cell]:
    """Every setting of the grid, one after the other."""
    for grid, rates in GRIDS.items():
        optimizer = "adam" if grid.startswith("Adam") else "sgd"
        falls = not grid.endswith("does not fall")
        for rate, (name, parts) in itertools.product(rates, KEPT.items()):
            settings = [Setting(optimizer, rate, parts, seed, falls) for seed in SEEDS]
            yield Cell(grid, rate, name, tuple(map(dying.run, settings)))


def table(found: Sequence[Cell], grid: str) -> str:
    """One grid in Markdown."""
    lines = [f"| rate | {' | '.join(KEPT)} |", "|---:|" + "---|" * len(KEPT)]
    for rate in GRIDS[grid]:
        row = [
            next(c.row() for c in found if (c.grid, c.rate, c.kept) == (grid, rate, name))
            for name in KEPT
        ]
        lines.append(f"| {rate:g} | {' | '.join(row)} |")
    return "\n".join(lines)


def picture(found: Sequence[Cell]) -> str:
    """Accuracy and share of dead units over the steps, at one rate of each optimizer."""
    shown = [
        _panel(f"{grid.split()[0]}, rate {rate:g}: {title}", found, (grid, rate), name)
        for grid, rate in SHOWN
        for name, title in (("accuracy", "test accuracy"), ("idle", "dead units"))
    ]
    title = "A deep ReLU net on digits at a rate that kills it, with and without upkeep"
    return panels(title, shown, 2, note="Median of five seeds, in percent.")


def _panel(title: str, found: Sequence[Cell], at: tuple[str, float], name: str) -> Panel:
    chosen = [cell for cell in found if (cell.grid, cell.rate) == at]
    curves = tuple(Curve(cell.kept, tuple(_points(cell, name))) for cell in chosen)
    x = Axis(0, dying.STEPS, ticks=(0, 100, 200, 300, 400))
    return Panel(title, x, Axis(0, 100, ticks=(0, 50, 100)), curves)


def _points(cell: Cell, name: str) -> Iterable[tuple[float, float]]:
    for index, step in enumerate(cell.courses[0].steps):
        values = [getattr(course, name)[index] for course in cell.courses]
        yield float(step), 100 * statistics.median(values)


def main() -> None:
    """Train all, and write the page's figures."""
    torch.set_num_threads(1)
    started, found = time.perf_counter(), []
    for cell in cells():
        found.append(cell)
        print(cell.grid, cell.rate, cell.kept, cell.row(), flush=True)
    minutes = math.ceil((time.perf_counter() - started) / 60)
    written = [
        f"Made by `python -m tools.dynamic_page` in {minutes} min.",
        *(f"{grid}:\n\n{table(found, grid)}" for grid in GRIDS),
    ]
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    body = "\n\n".join(written)
    PAGE.write_text(f"{head}{BEGIN}\n{body}\n\n{END}{tail}", encoding="utf-8")
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(found), encoding="utf-8")


if __name__ == "__main__":
    main()
