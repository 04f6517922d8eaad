"""What has been judged: a start, or a run."""

from typing import Protocol

from isometry.findings.finding import Finding
from isometry.findings.origin import Origin


class Judged(Protocol):
    """What formats for services need; a diagnosis and a training run are it."""

    @property
    def subject(self) -> str:
        """What was looked at."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found."""

    @property
    def known(self) -> tuple[Finding, ...]:
        """What was found too, but does not count."""

    @property
    def rules(self) -> tuple[str, ...]:
        """Codes of the rules that looked."""

    @property
    def origin(self) -> Origin:
        """Where it came from."""

    @property
    def verdict(self) -> str:
        """The whole in one sentence."""

    @property
    def stopped(self) -> str:
        """That it did not come to its end, and why; empty if it did."""
