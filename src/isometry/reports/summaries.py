"""A diagnosis as GitHub-flavoured Markdown: for the summary of a step, or a comment."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from isometry.findings import Diagnosis, Finding, Mend
from isometry.reports.diagnoses import heading
from isometry.reports.markdown import escaped, markdown
from isometry.reports.severities import FINE, SIGNS
from isometry.reports.signals import signal_table


def diagnosis_markdown(diagnosis: Diagnosis) -> str:
    """The table of signals, the findings with their mends, the verdict.

    Args:
        diagnosis: What was measured and found.

    Returns:
        Markdown in which hostile names break nothing.
    """
    table = replace(signal_table(diagnosis, bars=20), title=heading(diagnosis))
    parts = [markdown(table), *findings_markdown(diagnosis.findings)]
    parts += [_known(one) for one in diagnosis.known]
    return "\n\n".join([*parts, *_end(diagnosis)])


def findings_markdown(found: Iterable[Finding]) -> Iterator[str]:
    """Findings with their mends; a mend that was told is not told again."""
    told: dict[Mend, str] = {}
    for one in found:
        yield _finding(one, told.get(one.mend, ""))
        told.setdefault(one.mend, one.code)


def _finding(one: Finding, told: str) -> str:
    where = f" · {escaped(one.where)}" if one.where else ""
    head = f"**{SIGNS[one.severity]} {one.severity} {one.code} {one.name}**{where}"
    code = [_code(one.mend.code)] if one.mend.code else []
    mend = [f"Mend: as for {told}"] if told else [f"Mend: {escaped(one.mend.words)}", *code]
    return "\n\n".join([head, escaped(one.message), *mend])


def _code(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}python\n{text}\n{fence}"


def _known(one: Finding) -> str:
    return f"known: {one.code} {one.name} · {escaped(one.where)}"


def _end(diagnosis: Diagnosis) -> Iterator[str]:
    if diagnosis.findings:
        yield f"**{diagnosis.counts}**"
    if diagnosis.stopped:
        yield f"**{SIGNS['error']} {escaped(diagnosis.stopped)}**"
    elif diagnosis.ok:
        yield f"**{FINE} {escaped(diagnosis.verdict)}**"
    yield from (f"not seen: {escaped(note)}" for note in diagnosis.measurement.notes)
