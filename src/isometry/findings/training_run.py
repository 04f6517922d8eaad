"""A training run as a monitor saw it, and what the rules found in it."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from isometry import _version
from isometry.findings import counting, encoding, notebook
from isometry.findings.finding import FailOn, Finding
from isometry.findings.origin import UNKNOWN, Origin
from isometry.findings.rule import Rule
from isometry.findings.training import RECENT, RUN_RULES
from isometry.measurements import Capture, summary
from isometry.measurements import encoding as measured


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """The history of a run and all that the rules found in it.

    Attributes:
        captures: What was seen, by step.
        findings: What was found, worst first.
        rules: Codes of the rules that looked.
        name: What the run is called, as a rule its file; empty for a call in Python.
        notes: What could not be read.
        origin: The file that it was read from.
    """

    captures: tuple[Capture, ...]
    findings: tuple[Finding, ...]
    rules: tuple[str, ...] = ()
    name: str = ""
    notes: tuple[str, ...] = ()
    origin: Origin = UNKNOWN

    @property
    def ok(self) -> bool:
        """Whether no finding is an error or a warning."""
        return not self.fails("warning")

    @property
    def subject(self) -> str:
        """What is judged."""
        return self.name or "training run"

    @property
    def known(self) -> tuple[Finding, ...]:
        """None: a baseline is about a start."""
        return ()

    @property
    def stopped(self) -> str:
        """Nothing: a run may be looked at while it goes on."""
        return ""

    @property
    def steps(self) -> str:
        """From which step to which, in words."""
        ends = [str(one.step) for one in (*self.captures[:1], *self.captures[1:][-1:])]
        return f"step{'s' * (len(ends) > 1)} {' … '.join(ends) or 'none'}"

    @property
    def paths(self) -> tuple[str, ...]:
        """All weights that were seen, in the order of their first capture."""
        layers = (one.path for capture in self.captures for one in capture.layers)
        return tuple(dict.fromkeys(layers))

    @property
    def counts(self) -> str:
        """How many findings there are of each severity, in words."""
        return counting.counts(self.findings)

    @property
    def unjudged(self) -> dict[str, str]:
        """Codes of rules that looked and could not judge ↦ why."""
        return {code: why for code, why in self._unjudged() if code in self.rules}

    @property
    def verdict(self) -> str:
        """The whole in one sentence."""
        if self.findings:
            first = self.findings[0]
            return f"{first.code} {first.name}: {first.message}"
        if 0 < len(self.rules) < len(RUN_RULES):
            return f"{len(self.rules)} of {len(RUN_RULES)} rules looked, and found nothing."
        if self.unjudged:
            return f"Nothing was found; not judged: {'; '.join(self.unjudged.values())}."
        return "The run is fine: steps fit their weights, and no layer loses units."

    def _unjudged(self) -> Iterator[tuple[str, str]]:
        recent = [one for capture in self.captures[-RECENT:] for one in capture.layers]
        if len(self.captures) < RECENT:
            yield "ISO701", f"the size of steps, with {len(self.captures)} of {RECENT} captures"
        elif all(math.isnan(one.update_log10) for one in recent):
            yield "ISO701", "the size of steps, as none was seen"
        seen = [any(one.units for one in capture.layers) for capture in self.captures]
        if self.of("ISO703"):
            yield "ISO702", "dead units, as the loss was lost"
        elif sum(seen) < 2:
            yield "ISO702", f"dead units, with activations in {sum(seen)} captures"
        if all(math.isnan(one.loss) for one in self.captures) and not any(
            math.isfinite(one.update_norm) for capture in self.captures for one in capture.layers
        ):
            yield "ISO703", "the loss, as neither it nor a step was seen"

    def fails(self, limit: FailOn = "error") -> bool:
        """Whether a finding is as bad as that, or worse.

        Args:
            limit: From which severity on; nothing is as bad as ``"never"``.

        Returns:
            Whether there is one.

        Raises:
            UnknownNameError: There is no such severity.
        """
        return counting.fails(self.findings, limit)

    def of(self, code: str) -> tuple[Finding, ...]:
        """The findings of one rule, by its code or name."""
        return counting.of(self.findings, code)

    def to_data(self) -> dict[str, Any]:
        """As what JSON can hold, with the verdict and the eight numbers of each capture."""
        head = {"schema": encoding.SCHEMA, "isometry": _version.__version__}
        numbers = [{"step": one.step, **measured.to_data(summary(one))} for one in self.captures]
        judged = {"ok": self.ok, "verdict": self.verdict, "summaries": numbers}
        return {**head, **judged, **measured.to_data(self)}

    def to_json(self) -> str:
        """The same as text; its layout is ``isometry/reports/schemas/training-1.json``."""
        return encoding.text(self.to_data())

    def __str__(self) -> str:
        """The verdict, then one finding a line."""
        if not self.findings:
            return self.verdict
        return "\n".join(
            [f"{self.subject}, {self.steps}: {self.counts}", *map(counting.line, self.findings)]
        )

    def _repr_html_(self) -> str:
        return notebook.run_html(self)


def training_run(
    captures: Iterable[Capture],
    *,
    name: str = "",
    notes: Sequence[str] = (),
    rules: Sequence[Rule] = RUN_RULES,
    origin: Origin = UNKNOWN,
) -> TrainingRun:
    """Let the rules look at a history.

    Args:
        captures: What a monitor saw, by step.
        name: What the run is called.
        notes: What could not be read.
        rules: Which rules look.
        origin: The file that it was read from.

    Returns:
        What they found, worst first.

    >>> training_run([Capture(0, 2.3, ())]).verdict.partition(";")[0]
    'Nothing was found'
    """
    history = tuple(captures)
    found = counting.by_severity(one for rule in rules for one in rule.findings(history))
    codes = tuple(rule.code for rule in rules)
    return TrainingRun(history, found, codes, name, tuple(notes), origin)
