"""A ledger as a table: for every tensor, what was stated, measured, and what became of it."""

import math
from collections.abc import Iterable

from isometry.reports.table import Column, Table
from isometry.reports.wording import collapsed, count, number, ranged
from isometry.weights import Entry, Ledger

COLUMNS = (
    Column("parameter"),
    Column("shape", "right"),
    Column("scheme"),
    Column("stated std", "right"),
    Column("measured", "right"),
    Column("sigmas", "right"),
    Column("status"),
    Column("why"),
)


def ledger_table(ledger: Ledger, *, every: bool = False) -> Table:
    """The ledger, one row for tensors that differ in layer number only.

    A folded row shows the measured std of the tensor that is furthest from what was stated, in
    sampling errors.

    Args:
        ledger: What to show.
        every: Show every tensor in a row of its own.

    Returns:
        The table, with the totals in its summary.
    """
    groups = [[entry] for entry in ledger] if every else _gathered(ledger)
    return Table(
        title=f"ledger · {ledger.recipe} · seed {ledger.seed} · bits {ledger.version}",
        columns=COLUMNS,
        rows=tuple(_row(group) for group in groups),
        summary=tuple(_summary(ledger)),
    )


def _gathered(entries: Iterable[Entry]) -> list[list[Entry]]:
    groups: dict[tuple[object, ...], list[Entry]] = {}
    for entry in entries:
        key = (
            collapsed(entry.path),
            entry.shape,
            entry.dtype,
            entry.scheme,
            entry.status,
            entry.reason,
        )
        groups.setdefault(key, []).append(entry)
    return list(groups.values())


def _row(group: list[Entry]) -> tuple[str, ...]:
    worst = max(group, key=lambda entry: abs(entry.z_std))
    ties = f" = {', '.join(worst.ties)}" if worst.ties and len(group) == 1 else ""
    return (
        ranged([entry.path for entry in group]) + ties,
        "×".join(map(str, worst.shape)) or "scalar",
        worst.scheme or "keep",
        _finite(worst.target_std),
        _finite(worst.std),
        f"{worst.z_std:+.1f}" if worst.measured and worst.target_std > 0 else "",
        f"{worst.status} ×{len(group)}" if len(group) > 1 else worst.status,
        worst.reason,
    )


def _finite(value: float) -> str:
    return number(value) if math.isfinite(value) else ""


def _summary(ledger: Ledger) -> Iterable[str]:
    written = [entry for entry in ledger if entry.writes]
    kept = len(ledger) - len(written)
    values = sum(entry.size for entry in written)
    yield (
        f"{len(written)} tensors written once each, {count(values)} values in "
        f"{ledger.seconds:.2f} s; {kept} kept; "
        f"{len(ledger.uncovered)} uncovered; {len(ledger.flagged)} flagged"
    )
    if ledger.fingerprint is not None:
        yield f"fingerprint {ledger.fingerprint}"
