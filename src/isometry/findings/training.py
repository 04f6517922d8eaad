"""Rules over the history of a run: what training does to the weights, and to their units."""

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import takewhile
from math import isfinite, isinf, isnan

from isometry.findings import thresholds
from isometry.findings.finding import Finding, Mend
from isometry.findings.rule import History, Remark, Rule
from isometry.measurements import Capture, by_layer
from isometry.measurements.summaries import middle

RECENT = 3
"""Captures over whose median the size of updates is judged: single steps are noisy."""


def _updates(history: History) -> Iterator[Remark]:
    recent = history[-RECENT:]
    if len(recent) < RECENT:
        return
    rows = {path: middle(row) for path, row in by_layer(recent, "update_log10").items()}
    low, high = thresholds.UPDATE
    fast = {path: row for path, row in rows.items() if row > high}
    slow = {path: row for path, row in rows.items() if row < low}
    if fast:
        yield _fast(fast, len(rows))
    if slow:
        yield _slow(slow, len(rows))


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
    rising = {}
    for path, row in by_layer(_telling(history), "dead_frac").items():
        known = [share for share in row if not isnan(share)]
        if len(known) > 1 and known[-1] - known[0] > thresholds.RISE:
            rising[path] = (known[0], known[-1])
    if rising:
        first, last = max(rising.values(), key=lambda ends: ends[1])
        yield Remark(
            "error" if last > thresholds.DEAD_SEVERE else "warning",
            tuple(rising),
            f"Units die in {len(rising)} layer{'s' * (len(rising) > 1)}: in the worst {last:.0%} "
            f"have no slope for any sample, after {first:.0%} at first.",
            (("share of dead units at first", first), ("share of dead units now", last)),
            Mend("Lower the learning rate, or warm it up."),
        )


def _lost(history: History) -> Iterator[Remark]:
    moved = {one.path for capture in history for one in capture.layers if isfinite(one.update_norm)}
    lost = [*takewhile(lambda capture: _is_lost(capture, moved), reversed(history))]
    if lost:
        yield Remark(
            "error",
            (),
            f"From step {lost[-1].step} on the loss or the steps are no finite numbers.",
            (("first such step", lost[-1].step),),
            Mend("Go back to a checkpoint before it, and lower the learning rate or warm it up."),
        )


def _is_lost(capture: Capture, moved: Container[str]) -> bool:
    """Whether the loss is infinite, or is none and weights that were seen to move move by none."""
    if not isnan(capture.loss):
        return isinf(capture.loss)
    return any(one.path in moved and not isfinite(one.update_norm) for one in capture.layers)


UPDATES = Rule(
    "ISO701",
    "update-ratio",
    "Steps that are too large or too small for the weight that they move.",
    "Near a thousandth of its size a step lets a weight learn at a good pace. Judged is the median "
    f"over {RECENT} captures of log10 of update over weight, which should lie in [-4, -2].",
    _updates,
)
DYING = Rule(
    "ISO702",
    "dying-units",
    "Layers whose share of dead units rises during training.",
    "A step that is too large pushes a unit to where no sample gives it a slope, and it stays "
    "there. A rise of a tenth since the first capture is a warning, more than half dead an error.",
    _dying,
)
LOST = Rule(
    "ISO703",
    "lost-loss",
    "A loss that is infinite, or not a number any more.",
    "Nothing is learnt from there on, and weights that took such a step are lost. Judged is the "
    "last capture; where no loss is told, updates that are no numbers any more say the same.",
    _lost,
)
RUN_RULES = (UPDATES, DYING, LOST)


def run_findings(history: History, rules: Sequence[Rule] = RUN_RULES) -> tuple[Finding, ...]:
    """All that the rules find in a history, rule by rule."""
    return tuple(one for rule in rules for one in rule.findings(history))


def _telling(history: History) -> History:
    """The first capture and the last few, so that a long run costs no more to judge."""
    return history if len(history) <= RECENT else [history[0], *history[-RECENT:]]
