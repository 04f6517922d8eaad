"""Rules in words: all of them as a table, one with its reasons."""

import textwrap

from isometry.findings import ALL, Rule
from isometry.reports.table import Column, Table

WIDTH = 80


def rules_table() -> Table:
    """Every rule, with what it looks for."""
    rows = tuple((one.code, one.name, one.summary) for one in ALL)
    columns = (Column("code"), Column("name"), Column("what it looks for"))
    return Table(f"{len(rows)} rules", columns, rows, ("why, and how: isometry explain CODE",))


def rule_words(rule: Rule) -> str:
    """What a rule looks for, why that is bad, how it is measured, and after whom.

    >>> from isometry import findings
    >>> print(rule_words(findings.rule("ISO203")).splitlines()[0])
    ISO203 non-finite-gradients: Gradients that are NaN or infinite though all values are finite.
    """
    sources = [f"Sources: {', '.join(rule.sources)}"] if rule.sources else []
    head = f"{rule.code} {rule.name}: {rule.summary}"
    return "\n\n".join([head, textwrap.fill(rule.why, WIDTH), *sources])
