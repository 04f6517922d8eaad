"""What a rule says: where, how bad, why, on what evidence, and how to mend it."""

from dataclasses import dataclass
from typing import Literal, get_args

Severity = Literal["error", "warning", "note"]
"""``error``: it will train badly or not at all; ``warning``: it costs something, or may; ``note``:
worth knowing."""

SEVERITIES: tuple[Severity, ...] = get_args(Severity)

FailOn = Literal["error", "warning", "never"]
"""From which severity on a finding counts as a failure."""

FAIL_ON: tuple[FailOn, ...] = get_args(FailOn)


@dataclass(frozen=True, slots=True)
class Mend:
    """What to do about a finding.

    Attributes:
        words: In one sentence.
        code: The same as Python; empty where no call does it.
        recipe: The recipe that mends it, empty where none does.
        only: Globs of the paths that the recipe should fill; empty for all.
    """

    words: str
    code: str = ""
    recipe: str = ""
    only: tuple[str, ...] = ()


AUTO = Mend(
    "Let the model be started by `auto`.",
    'isometry.initialize(model, batch, recipe="auto")',
    "auto",
)
"""What mends most: a start derived from the model's own graph."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found.

    Attributes:
        code: The rule's code, ``"ISO101"``.
        name: The rule's name, ``"vanishing-forward"``.
        severity: How much it matters, by the size of the effect.
        paths: The layers or tensors that it is about, in execution order.
        message: What is the case, and why.
        evidence: The numbers that say so, by name.
        mend: What to do.
    """

    code: str
    name: str
    severity: Severity
    paths: tuple[str, ...]
    message: str
    evidence: tuple[tuple[str, float | str], ...] = ()
    mend: Mend = AUTO

    def at_least(self, limit: FailOn) -> bool:
        """Whether it is as bad as that, or worse."""
        return limit != "never" and SEVERITIES.index(self.severity) <= SEVERITIES.index(limit)

    @property
    def where(self) -> str:
        """Its paths, the first and the last of many; empty where it is about the whole model.

        >>> Finding("ISO101", "vanishing-forward", "error", ("a", "b", "c"), "").where
        'a … c'
        """
        return (
            ", ".join(self.paths) if len(self.paths) < 3 else f"{self.paths[0]} … {self.paths[-1]}"
        )
