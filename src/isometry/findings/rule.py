"""A rule as data: its code, what it is about, and the function that looks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from isometry.findings.finding import AUTO, Finding, Mend, Severity
from isometry.measurements import Capture, Measurement

History = Sequence[Capture]
"""The captures of a run, by step."""

Check = Callable[[Measurement], Iterable["Remark"]] | Callable[[History], Iterable["Remark"]]
"""What looks at a start, or at a run."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding without its rule's code and name; the fields are those of a :class:`Finding`."""

    severity: Severity
    paths: tuple[str, ...]
    message: str
    evidence: tuple[tuple[str, float | str], ...] = ()
    mend: Mend = AUTO


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        code: ``"ISO101"``: the first digit is its family.
        name: In lower case, ``"vanishing-forward"``.
        summary: What it looks for, in one sentence.
        why: Why that is bad, where it comes from, how it is measured, what the thresholds are.
        check: From a measurement, or from the history of a run, to remarks.
        sources: Keys of the bibliography.
        cause: Whether what it finds is the cause of what others see: it is told first.
    """

    code: str
    name: str
    summary: str
    why: str
    check: Check
    sources: tuple[str, ...] = ()
    cause: bool = False

    def findings(self, seen: Any) -> tuple[Finding, ...]:
        """All that the rule finds in what its check looks at."""
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
            for one in self.check(seen)
        )
