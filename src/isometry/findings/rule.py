"""A rule as data: its code, what it is about, and the function that looks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from isometry.findings.finding import AUTO, Finding, Mend, Severity
from isometry.measurements import Measurement

Check = Callable[[Measurement], Iterable["Remark"]]


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
        check: From a measurement to remarks.
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

    def findings(self, measurement: Measurement) -> tuple[Finding, ...]:
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
            for one in self.check(measurement)
        )
