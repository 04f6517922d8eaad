"""``isometry rules``, and ``isometry explain`` for a rule."""

import re
from dataclasses import fields
from typing import Any

import click

from isometry._cli.printing import FORMAT, as_json, show
from isometry.findings import ALL, Rule, rule
from isometry.reports import rule_words, rules_table


@click.command()
@FORMAT
def rules(fmt: str) -> None:
    """Every rule that `check` looks by, and `report` at the history of a run."""
    show(rules_table(), {"rules": [_data(one) for one in ALL]}, fmt)


def _data(one: Rule) -> dict[str, Any]:
    return {f.name: getattr(one, f.name) for f in fields(one) if f.name != "check"}


def named(word: str) -> Rule | None:
    """The rule of a code, in letters of any case, or of a name; nothing for other words."""
    if re.fullmatch(r"iso\d+", word, re.IGNORECASE):
        return rule(word.upper())  # an error where there is none: no activation is called so
    return next((one for one in ALL if word == one.name), None)


def tell_rule(one: Rule, fmt: str) -> None:
    """Print why a rule is one, as text or as JSON."""
    click.echo(as_json(_data(one)) if fmt == "json" else rule_words(one))
