"""The layers of a training run, the worst first to be shown."""

import math
from collections.abc import Callable, Sequence

from isometry.findings import TrainingRun
from isometry.measurements import by_layer
from isometry.reports.bars import even_bars
from isometry.reports.run_numbers import NOTHING, decades, percent
from isometry.reports.severities import SIGNS
from isometry.reports.table import Column, Table
from isometry.reports.wording import shortened

MOST = 8
"""Rows of a table in a terminal."""

AIM = -3.0
"""log10 of update over weight at which a layer learns at a good pace."""

NAME, NARROW_NAME = 40, 24
"""Letters of a layer's name at most."""

How = Callable[[float], str]


def _size(value: float) -> str:
    return f"{value:.2g}"


Shown = tuple[str, str, How]
"""Heading, number of a layer, and how it is told."""

SHOWN: tuple[Shown, ...] = (
    ("signal", "act_std", _size),
    ("error δ", "delta_norm", _size),
    ("dead", "dead_frac", percent),
    ("‖ΔW‖/‖W‖", "update_log10", decades),
)


def layer_table(
    run: TrainingRun, *, most: int = MOST, bars: int = 16, narrow: bool = False
) -> Table:
    """First and last numbers of some layers: of those with findings, then of those far from -3.

    Args:
        run: The run.
        most: How many layers are shown.
        bars: How many bars show a course.
        narrow: Leave gradients out, which the eight numbers tell of as well.

    Returns:
        The table in execution order, without a title; what is left out is said in its summary.
    """
    updates, columns = by_layer(run.captures, "update_log10"), shown(narrow=narrow)
    name = NARROW_NAME if narrow else NAME
    rows = tuple(
        (shortened(path, name), *cells, even_bars(updates[path], bars, least=1.0))
        for path, *cells in layer_rows(run, columns, most)
    )
    count = len(run.paths)
    left = (f"{len(rows)} of {count} layers, the worst",) if len(rows) < count else ()
    return Table("", tuple(map(Column, (*headings(columns), "updates"))), rows, left)


def shown(*, narrow: bool = False) -> tuple[Shown, ...]:
    """The numbers that are shown of a layer."""
    return tuple(one for one in SHOWN if not (narrow and one[1] == "delta_norm"))


def headings(columns: Sequence[Shown]) -> tuple[str, ...]:
    """Those of :func:`layer_rows`."""
    return ("layer", *(head for head, _, _ in columns), "finding")


def layer_rows(run: TrainingRun, columns: Sequence[Shown], most: int) -> list[tuple[str, ...]]:
    """Path, first and last numbers, and finding of the worst layers, in execution order."""
    numbers = [(by_layer(run.captures, name), how) for _, name, how in columns]
    return [
        (path, *(arrow(values[path], how) for values, how in numbers), _found(run, path))
        for path in worst(run, most)
    ]


def worst(run: TrainingRun, most: int) -> list[str]:
    """The layers that a reader should see, in execution order."""
    dead, updates = by_layer(run.captures, "dead_frac"), by_layer(run.captures, "update_log10")
    named = {path for one in run.findings for path in one.paths}

    def badness(path: str) -> tuple[bool, float, float]:
        away = abs(_last(updates[path]) - AIM)
        share = _last(dead[path])
        return path in named, 0.0 if math.isnan(share) else share, 0.0 if math.isnan(away) else away

    chosen = sorted(run.paths, key=badness, reverse=True)[:most]
    return [path for path in run.paths if path in {*chosen}]


def arrow(row: Sequence[float], how: How) -> str:
    """The first and the last number; one where they read the same.

    >>> arrow([math.nan, 1.0, 2.0], str), arrow([0.5], str), arrow([math.nan], str)
    ('1.0 → 2.0', '0.5', '–')
    """
    known = [value for value in row if not math.isnan(value)]
    ends = [how(value) for value in known[:1] + known[-1:]]
    return " → ".join(dict.fromkeys(ends)) or NOTHING


def _last(row: Sequence[float]) -> float:
    return next((value for value in reversed(row) if not math.isnan(value)), math.nan)


def _found(run: TrainingRun, path: str) -> str:
    found = [one for one in run.findings if path in one.paths]
    return f"{SIGNS[found[0].severity]} {' '.join(one.code for one in found)}" if found else ""
