"""Rules over the history of a run: what training does to the weights, and to their units."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from isometry.findings import thresholds
from isometry.findings.finding import Finding, Mend
from isometry.findings.rule import Remark
from isometry.measurements import Capture
from isometry.measurements.summaries import middle

RECENT = 3
"""Captures over whose median the size of updates is judged: single steps are noisy."""

History = Sequence[Capture]


@dataclass(frozen=True, slots=True)
class RunRule:
    """One rule over a history.

    Attributes:
        code: ``"ISO701"``.
        name: In lower case.
        summary: What it looks for, in one sentence.
        why: Why that is bad, and what the thresholds are.
        check: From a history to remarks.
    """

    code: str
    name: str
    summary: str
    why: str
    check: Callable[[History], Iterable[Remark]]

    def findings(self, history: History) -> tuple[Finding, ...]:
        """All that the rule finds."""
        return tuple(
            Finding(
                self.code,
                self.name,
                one.severity,
                one.paths,
                one.message,
                one.evidence,
                one.mend,
            )
            for one in self.check(history)
        )


def _updates(history: History) -> Iterator[Remark]:
    recent = history[-RECENT:]
    if len(recent) < RECENT:
        return
    rows = _recent_updates(recent)
    low, high = thresholds.UPDATE
    fast = {path: row for path, row in rows.items() if row > high}
    slow = {path: row for path, row in rows.items() if row < low}
    if fast:
        yield _fast(fast, len(rows))
    if slow:
        yield _slow(slow, len(rows))


def _recent_updates(recent: History) -> dict[str, float]:
    rows: dict[str, list[float]] = {}
    for capture in recent:
        for one in capture.layers:
            rows.setdefault(one.path, []).append(one.update_log10)
    return {path: middle(row) for path, row in rows.items()}


def _fast(rows: Mapping[str, float], count: int) -> Remark:
    worst = max(rows.values())
    return Remark(
        "error" if worst > thresholds.UPDATE_SEVERE else "warning",
        tuple(rows),
        f"A step moves {len(rows)} of {count} weights by 10^{worst:.1f} of their size at most: the "
        "steps are too large.",
        (("greatest log10 of update over weight", worst),),
        Mend("Lower the learning rate, or warm it up."),
    )


def _slow(rows: Mapping[str, float], count: int) -> Remark:
    least = min(rows.values())
    return Remark(
        "warning",
        tuple(rows),
        f"A step moves {len(rows)} of {count} weights by 10^{least:.1f} of their size at least: "
        "they hardly learn.",
        (("least log10 of update over weight", least),),
        Mend("Raise the learning rate of these weights, or start them smaller."),
    )


def _dying(history: History) -> Iterator[Remark]:
    rows: dict[str, list[float]] = {}
    for capture in history:
        for one in capture.layers:
            if one.units:
                rows.setdefault(one.path, []).append(one.dead_frac)
    ends = {path: (row[0], row[-1]) for path, row in rows.items()}
    rising = {path: (a, b) for path, (a, b) in ends.items() if b - a > thresholds.RISE}
    if rising:
        first, last = max(rising.values(), key=lambda ends: ends[1])
        yield Remark(
            "error" if last > thresholds.DEAD_SEVERE else "warning",
            tuple(rising),
            f"Units die in {len(rising)} layers: in the worst {last:.0%} have no slope for any "
            f"sample, after {first:.0%} at first.",
            (("share of dead units at first", first), ("share of dead units now", last)),
            Mend("Lower the learning rate, or warm it up."),
        )


UPDATES = RunRule(
    "ISO701",
    "update-ratio",
    "Steps that are too large or too small for the weight that they move.",
    "Near a thousandth of its size a step lets a weight learn at a good pace. Judged is the median "
    f"over {RECENT} captures of log10 of update over weight, which should lie in [-4, -2].",
    _updates,
)
DYING = RunRule(
    "ISO702",
    "dying-units",
    "Layers whose share of dead units rises during training.",
    "A step that is too large pushes a unit to where no sample gives it a slope, and it stays "
    "there. A rise of a tenth since the first capture is a warning, more than half dead an error.",
    _dying,
)
RUN_RULES = (UPDATES, DYING)


def run_findings(history: History, rules: Sequence[RunRule] = RUN_RULES) -> tuple[Finding, ...]:
    """All that the rules find in a history, rule by rule."""
    return tuple(one for rule in rules for one in rule.findings(_telling(history)))


def _telling(history: History) -> History:
    """The first capture and the last few: all that the rules look at, however long a run is."""
    return history if len(history) <= RECENT else [history[0], *history[-RECENT:]]
