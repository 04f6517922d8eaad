"""What was measured and what was found, with the mend."""

from dataclasses import dataclass

from isometry import plans, recipes
from isometry.findings.catalogue import RULES
from isometry.findings.finding import AUTO, SEVERITIES, Finding, Severity
from isometry.findings.rule import Rule
from isometry.measurements import Measurement


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A measurement and all that the rules found in it.

    Attributes:
        measurement: What was measured.
        findings: What was found: worst first, and causes before symptoms.
    """

    measurement: Measurement
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether no finding is an error or a warning."""
        return not any(one.severity in ("error", "warning") for one in self.findings)

    def count(self, severity: Severity) -> int:
        """How many findings are of one severity."""
        return sum(one.severity == severity for one in self.findings)

    def of(self, code: str) -> tuple[Finding, ...]:
        """The findings of one rule, by its code or name."""
        return tuple(one for one in self.findings if code in (one.code, one.name))

    @property
    def verdict(self) -> str:
        """The whole in one sentence."""
        if not self.findings:
            return "Your init is fine: signal and gradient keep their size through all layers."
        if self.ok:
            return "Your init is fine; there is something to note."
        first = self.findings[0]
        return f"{first.code} {first.name}: {first.message}"

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
    found = [one for rule in ordered for one in rule.findings(measurement)]
    found.sort(key=lambda one: SEVERITIES.index(one.severity))
    return Diagnosis(measurement, tuple(found))
