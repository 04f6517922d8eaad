"""What was judged as workflow commands of GitHub Actions: findings become annotations of a change.

The commands and what must be escaped in them: GitHub Docs, "Workflow commands for GitHub Actions".
"""

from isometry.findings import Finding, Judged, Severity
from isometry.reports.wording import finding_words

COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


def annotations(judged: Judged) -> str:
    """One command a finding, at the line that builds the model; a notice where nothing is wrong.

    Args:
        judged: What was found.

    Returns:
        Lines for stdout of a workflow's step.
    """
    lines = [_command(one, judged) for one in judged.findings]
    if judged.stopped:
        lines.append(f"::error title=isometry::{_data(judged.stopped)}")
    return "\n".join(lines or [f"::notice title=isometry::{_data(judged.verdict)}"])


def _command(one: Finding, judged: Judged) -> str:
    origin = judged.origin
    place = [f"file={_property(origin.file)}", f"line={max(origin.line, 1)}"] if origin.file else []
    title = f"title={_property(f'{one.code} {one.name}')}"
    return f"::{COMMANDS[one.severity]} {','.join([*place, title])}::{_data(finding_words(one))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
