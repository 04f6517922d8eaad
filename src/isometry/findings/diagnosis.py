"""What was measured and what was found, with the mend."""

from dataclasses import dataclass
from typing import Any

from isometry import _version, plans, recipes
from isometry.findings import counting, encoding, notebook
from isometry.findings.catalogue import RULES
from isometry.findings.finding import AUTO, FailOn, Finding, Severity
from isometry.findings.origin import UNKNOWN, Origin
from isometry.findings.rule import Rule
from isometry.measurements import Measurement
from isometry.measurements import encoding as measured


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A measurement and all that the rules found in it.

    Attributes:
        measurement: What was measured.
        findings: What was found: worst first, and causes before symptoms.
        rules: Codes of the rules that looked.
        known: What was found too, but is named by a baseline; it does not count.
        origin: Where the model came from.
    """

    measurement: Measurement
    findings: tuple[Finding, ...]
    rules: tuple[str, ...] = ()
    known: tuple[Finding, ...] = ()
    origin: Origin = UNKNOWN

    @property
    def ok(self) -> bool:
        """Whether the model came to its end, and no finding is an error or a warning."""
        return not self.measurement.raised and not any(
            one.severity in ("error", "warning") for one in self.findings
        )

    def count(self, severity: Severity) -> int:
        """How many findings are of one severity."""
        return sum(one.severity == severity for one in self.findings)

    def to_data(self) -> dict[str, Any]:
        """As what JSON can hold, with the verdict."""
        told = measured.to_data(self)
        numbers = told.pop("measurement")
        head = {"schema": encoding.SCHEMA, "isometry": _version.__version__}
        judged = {"ok": self.ok, "verdict": self.verdict}
        return {**head, **judged, **told, "measurement": numbers}

    def to_json(self) -> str:
        """The text of a run file, for :func:`isometry.findings.from_json` and ``isometry report``.

        Its layout is the JSON Schema ``isometry/reports/schemas/diagnosis-1.json``.
        """
        return encoding.text(self.to_data())

    def fails(self, limit: FailOn = "error") -> bool:
        """Whether a finding is as bad as that, or worse; known ones do not count.

        Args:
            limit: From which severity on; nothing is as bad as ``"never"``.

        Returns:
            Whether there is one.

        Raises:
            UnknownNameError: There is no such severity.
        """
        return counting.fails(self.findings, limit)

    @property
    def counts(self) -> str:
        """How many findings there are of each severity, in words."""
        return counting.counts(self.findings)

    def __str__(self) -> str:
        """The verdict, then one finding a line."""
        if not self.findings:
            return self.verdict
        told = map(counting.line, self.findings)
        return "\n".join([f"{self.measurement.model}: {self.counts}", *told])

    def _repr_html_(self) -> str:
        return notebook.html(self)

    def of(self, code: str) -> tuple[Finding, ...]:
        """The findings of one rule, by its code or name."""
        return counting.of(self.findings, code)

    @property
    def verdict(self) -> str:
        """The whole in one sentence."""
        first = self.findings[0] if self.findings else None
        worst = f"{first.code} {first.name}: {first.message}" if first else ""
        if self.measurement.raised:
            return f"{self.stopped}; {worst or 'nothing was found before.'}"
        if worst and self.ok:
            return "Your init is fine; there is something to note."
        return worst or self._of_nothing()

    @property
    def subject(self) -> str:
        """What is judged: as it was named, else the model's class."""
        return self.origin.target or self.measurement.model

    @property
    def stopped(self) -> str:
        """That the model did not come to its end, and why; empty if it did."""
        raised = self.measurement.raised
        return f"The model stopped midway ({raised})" if raised else ""

    def _of_nothing(self) -> str:
        """What may be said where nothing was found: no more than what the rules have looked at."""
        if self.known:
            return f"Nothing new; {len(self.known)} known before."
        if 0 < len(self.rules) < len(RULES):
            return f"{len(self.rules)} of {len(RULES)} rules looked, and found nothing."
        return "Your init is fine: signal and gradient keep their size through all layers."

    def mend(self, recipe: recipes.RecipeLike = "") -> plans.Plan:
        """A plan that mends the findings; writes nothing.

        It fills the whole model by the recipe that the worst finding names. Where every finding
        concerns some tensors only, it fills those and keeps the rest.

        Args:
            recipe: Another recipe, for the whole model.

        Returns:
            The plan, for ``isometry.apply``.
        """
        mends = [one.mend for one in self.findings if one.mend.recipe]
        parameters = self.measurement.parameters
        chosen = recipe or (mends[0].recipe if mends else AUTO.recipe)
        partial = not recipe and bool(mends) and all(one.only for one in mends)
        only = [path for one in mends for path in one.only] if partial else []
        return plans.decide(parameters, recipes.resolve(chosen, parameters), only=only)


def diagnose(measurement: Measurement, rules: tuple[Rule, ...] = RULES) -> Diagnosis:
    """Let the rules look at a measurement.

    Args:
        measurement: What was measured.
        rules: Which rules look.

    Returns:
        What they found: worst first, causes before symptoms, and in the order of the rules.
    """
    ordered = sorted(rules, key=lambda rule: not rule.cause)
    found = counting.by_severity(one for rule in ordered for one in rule.findings(measurement))
    return Diagnosis(measurement, found, tuple(rule.code for rule in rules))
