"""Findings counted by severity, and held to a limit."""

from collections.abc import Iterable, Sequence

from isometry import errors
from isometry.findings.finding import FAIL_ON, SEVERITIES, FailOn, Finding


def counts(found: Sequence[Finding]) -> str:
    """How many findings there are of each severity, in words.

    >>> counts(())
    'no findings'
    """
    counted = [(sum(one.severity == word for one in found), word) for word in SEVERITIES]
    words = [f"{n} {word}{'s' * (n > 1)}" for n, word in counted if n]
    return ", ".join(words) or "no findings"


def fails(found: Iterable[Finding], limit: FailOn) -> bool:
    """Whether a finding is as bad as that, or worse.

    Args:
        found: The findings.
        limit: From which severity on; nothing is as bad as ``"never"``.

    Returns:
        Whether there is one.

    Raises:
        UnknownNameError: There is no such severity.
    """
    if limit not in FAIL_ON:
        raise errors.UnknownNameError(
            f"fail_on is {limit!r}",
            needed=f"one of {', '.join(FAIL_ON)}",
            do="correct the spelling",
        )
    return any(one.at_least(limit) for one in found)


def of(found: Iterable[Finding], code: str) -> tuple[Finding, ...]:
    """The findings of one rule, by its code or name."""
    return tuple(one for one in found if code in (one.code, one.name))


def by_severity(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings, worst first, else in their order."""
    return tuple(sorted(found, key=lambda one: SEVERITIES.index(one.severity)))


def line(one: Finding) -> str:
    """A finding as one line of plain text."""
    return f"{one.severity:<7} {one.code} {one.name}, {one.where or 'whole model'}: {one.message}"
