"""What a calibration did, as a table: for every parameter the factor, the sizes and the reason."""

import math
from collections.abc import Iterable, Sequence
from typing import Protocol

from isometry.reports.table import Column, Table
from isometry.reports.wording import collapsed, number, ranged

COLUMNS = (
    Column("parameter"),
    Column("factor", "right"),
    Column("shift", "right"),
    Column("std before", "right"),
    Column("after", "right"),
    Column("status"),
    Column("why"),
)


class Line(Protocol):
    """What was done to one parameter; ``isometry.calibrations.Adjustment`` is one."""

    @property
    def path(self) -> str:
        """Its address."""

    @property
    def status(self) -> str:
        """What became of it."""

    @property
    def reason(self) -> str:
        """Why."""

    @property
    def factors(self) -> tuple[float, float]:
        """The least and the greatest factor."""

    @property
    def shifts(self) -> tuple[float, float]:
        """The least and the greatest shift."""

    @property
    def before(self) -> float:
        """Size of the layer's output before."""

    @property
    def after(self) -> float:
        """The same after."""


class Record(Protocol):
    """What was done to a model; ``isometry.calibrations.Calibration`` is one."""

    @property
    def adjustments(self) -> Sequence[Line]:
        """One line a parameter."""

    @property
    def summary(self) -> str:
        """What was done and what it cost."""

    @property
    def notes(self) -> Sequence[str]:
        """What else is worth knowing."""


def calibration_table(record: Record, *, every: bool = False) -> Table:
    """The record, one row for parameters that differ in layer number only.

    A row of several shows the range of their factors and sizes.

    Args:
        record: What to show.
        every: Show every parameter in a row of its own.

    Returns:
        The table, with the cost and the notes in its summary.
    """
    lines = record.adjustments
    groups = [[one] for one in lines] if every else _gathered(lines)
    return Table(
        title=f"calibration · {len(lines)} parameters",
        columns=COLUMNS,
        rows=tuple(_row(group) for group in groups),
        summary=(record.summary, *record.notes),
    )


def _gathered(lines: Iterable[Line]) -> list[list[Line]]:
    groups: dict[tuple[str, ...], list[Line]] = {}
    for one in lines:
        groups.setdefault((collapsed(one.path), one.status, one.reason), []).append(one)
    return list(groups.values())


def _row(group: list[Line]) -> tuple[str, ...]:
    first = group[0]
    factors = [factor for one in group for factor in one.factors]
    shifts = [shift for one in group for shift in one.shifts]
    return (
        ranged([one.path for one in group]),
        "" if first.status == "kept" else _span(factors),
        _span(shifts) if any(shifts) else "",
        _span(one.before for one in group),
        _span(one.after for one in group),
        f"{first.status} ×{len(group)}" if len(group) > 1 else first.status,
        first.reason,
    )


def _span(values: Iterable[float]) -> str:
    """The least and the greatest, one where they read the same; nothing where none is known."""
    known = sorted(value for value in values if math.isfinite(value))
    return "…".join(dict.fromkeys((number(known[0]), number(known[-1])))) if known else ""
