"""``isometry gain`` and ``isometry explain``: theory as a calculator, and rules in words."""

from dataclasses import asdict

import click

from isometry import theory
from isometry._cli import rule_commands
from isometry._cli.printing import FORMAT, as_json, show
from isometry.reports import Table, number
from isometry.reports.table import Column


@click.command()
@click.argument("activation")
@click.option("--q", default=1.0, show_default=True, help="Second moment of the preactivation.")
@FORMAT
def gain(activation: str, q: float, fmt: str) -> None:
    """Every gain of an ACTIVATION, such as relu, "leaky_relu(0.2)" or swiglu, by convention."""
    gains = asdict(theory.gains(activation, q=q))
    rows = tuple(
        (key, "none" if value is None else f"{value:.6f}")
        for key, value in gains.items()
        if _is_gain(value)
    )
    table = Table(
        f"gains of {activation} at q = {number(q)}",
        (Column("convention"), Column("gain", "right")),
        rows,
    )
    show(table, gains, fmt)


def _is_gain(value: object) -> bool:
    return value is None or isinstance(value, float)


@click.command()
@click.argument("what")
@click.option(
    "--depth", default=50, show_default=True, type=click.IntRange(1), help="Number of layers."
)
@click.option(
    "--format", "-f", "fmt", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def explain(what: str, depth: int, fmt: str) -> None:
    """Why a rule is one, or what an activation does to signal and gradient in a deep net.

    WHAT is a rule's code or name, such as ISO101 (see `isometry rules`), or an activation.
    """
    rule = rule_commands.named(what)
    if rule is not None:
        rule_commands.tell_rule(rule, fmt)
        return
    told = theory.explain(what, depth=depth)
    click.echo(as_json(asdict(told)) if fmt == "json" else str(told))
