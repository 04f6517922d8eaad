"""Findings that are known already: they are told, and do not count until they get worse."""

from dataclasses import dataclass, replace

from isometry.findings import encoding
from isometry.findings.diagnosis import Diagnosis
from isometry.findings.finding import SEVERITIES, Finding, Severity
from isometry.measurements.encoding import from_data, to_data


@dataclass(frozen=True, slots=True)
class Known:
    """One known finding.

    Attributes:
        code: Its rule.
        severity: How much it mattered.
        paths: The layers or tensors that it was about.
    """

    code: str
    severity: Severity
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is known of one model.

    Attributes:
        findings: The known findings.
    """

    findings: tuple[Known, ...] = ()

    def knows(self, one: Finding) -> bool:
        """Whether each path of a finding is known for its rule, and was as bad before."""
        known = {
            path
            for entry in self.findings
            if entry.code == one.code and _rank(entry.severity) <= _rank(one.severity)
            for path in entry.paths or ("",)
        }
        return known.issuperset(one.paths or ("",))

    def applied(self, diagnosis: Diagnosis) -> Diagnosis:
        """The diagnosis with its known findings set apart.

        Args:
            diagnosis: What was found.

        Returns:
            The same, whose ``findings`` are the new ones and whose ``known`` are the rest.
        """
        everything = (*diagnosis.findings, *diagnosis.known)
        new = tuple(one for one in everything if not self.knows(one))
        known = tuple(one for one in everything if self.knows(one))
        return replace(diagnosis, findings=new, known=known)

    def to_json(self) -> str:
        """The text of a file, one finding a line."""
        return encoding.text({"schema": encoding.SCHEMA, **to_data(self)})


def _rank(severity: Severity) -> int:
    return SEVERITIES.index(severity)


def baseline_of(diagnosis: Diagnosis) -> Baseline:
    """All that a diagnosis found, as known from now on.

    >>> found = Finding("ISO301", "dead-units", "warning", ("fc.weight",), "Dead.")
    >>> known = Baseline((Known("ISO301", "warning", ("fc.weight", "out.weight")),))
    >>> known.knows(found), known.knows(replace(found, severity="error"))
    (True, False)
    """
    found = (*diagnosis.findings, *diagnosis.known)
    return Baseline(tuple(Known(one.code, one.severity, one.paths) for one in found))


def baseline_from_json(source: str) -> Baseline:
    """The baseline that ``Baseline.to_json()`` wrote.

    Args:
        source: The text of a file.

    Returns:
        An equal baseline.

    Raises:
        InputError: It is no such text; the message says where.
    """
    data = encoding.loaded(source, do=AGAIN)
    return from_data(Baseline, {key: item for key, item in data.items() if key != "schema"})


AGAIN = "write it again with `isometry check MODEL --baseline FILE --update-baseline`"
