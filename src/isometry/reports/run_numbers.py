"""The eight numbers of a training run in words, and as a table of one line a number."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from isometry.findings import TrainingRun
from isometry.measurements import Capture, summary
from isometry.reports.bars import even_bars
from isometry.reports.severities import FINE, SIGNS
from isometry.reports.table import Column, Table

NOTHING = "–"
"""Where a number was not seen."""


@dataclass(frozen=True, slots=True)
class Told:
    """How one of the eight numbers is told.

    Attributes:
        key: Its name in a summary.
        name: Its name in a report.
        words: The number in words.
        least: What its bars span at least.
        code: The rule that judges it; empty where none does.
        way: -1 where it is told against the direction from input to output, as gradients run.
    """

    key: str
    name: str
    words: Callable[[float], str]
    least: float
    code: str = ""
    way: int = 1


def _plain(value: float) -> str:
    return f"{value:.3g}"


def _factor(slope: float) -> str:
    return f"×{10**slope:.3g}"


def percent(share: float) -> str:
    """A share from 0 to 1.

    >>> percent(0.1234)
    '12%'
    """
    return f"{100 * share:.2g}%"


def decades(exponent: float) -> str:
    """A power of ten by its exponent.

    >>> decades(-3.14), decades(-0.01)
    ('10^-3.1', '10^0.0')
    """
    return f"10^{exponent:z.1f}"


NUMBERS = (
    Told("loss", "loss", _plain, 0.0, "ISO703"),
    Told("act_slope", "signal a layer", _factor, 0.1),
    Told("delta_slope", "gradient a layer", _factor, 0.1, way=-1),
    Told("chi", "χ", _plain, 0.5),
    Told("dead_frac", "dead units", percent, 0.1, "ISO702"),
    Told("sat_frac", "saturated", percent, 0.1),
    Told("update_log10", "‖ΔW‖/‖W‖", decades, 1.0, "ISO701"),
    Told("grad_log10", "‖∇W‖/‖W‖", decades, 1.0),
)
"""All eight, in the order of a report; slopes are told as the factor from a layer to the next."""


def words(told: Told, value: float) -> str:
    """One number, or that it was not seen."""
    if math.isnan(value):
        return NOTHING
    return told.words(told.way * value) if math.isfinite(value) else f"{value:+}"


def number_table(run: TrainingRun, *, columns: int = 5, bars: int = 24) -> Table:
    """The eight numbers at the first, at some and at the last captures.

    Args:
        run: The run.
        columns: How many captures are shown, two at least.
        bars: How many bars show the course at most.

    Returns:
        The table, without a title.
    """
    shown = spread(run.captures, columns)
    all_told, some = [summary(one) for one in run.captures], [summary(one) for one in shown]
    heads = [Column(f"step {one.step}", "right") for one in shown]
    rows = tuple(
        (
            told.name,
            *(words(told, numbers[told.key]) for numbers in some),
            sign(run, told),
            even_bars(
                [told.way * numbers[told.key] for numbers in all_told], bars, least=told.least
            ),
        )
        for told in NUMBERS
    )
    return Table("", (Column("number"), *heads, Column("rule"), Column("over the run")), rows)


def spread(captures: Sequence[Capture], most: int) -> list[Capture]:
    """Some captures, evenly, the first and the last among them."""
    count = min(len(captures), most)
    return [captures[round(k * (len(captures) - 1) / max(count - 1, 1))] for k in range(count)]


def sign(run: TrainingRun, told: Told) -> str:
    """The rule that judges a number, with the sign of what it says; empty where none has looked."""
    found = run.of(told.code)
    if found:
        return f"{SIGNS[found[0].severity]} {told.code}"
    looked = told.code in run.rules and told.code not in run.unjudged
    return f"{FINE} {told.code}" if looked else ""


def run_sign(run: TrainingRun) -> str:
    """The sign of a verdict; fine only where the rules could look."""
    if run.findings:
        return SIGNS[run.findings[0].severity]
    return SIGNS["note"] if run.unjudged else FINE
