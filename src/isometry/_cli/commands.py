"""The commands, each a few lines: read the arguments, call the library, print."""

import click

from isometry._cli import calibration_commands, printing, rule_commands, theory_commands
from isometry._cli.check_command import check
from isometry._cli.model_commands import graph, init, plan
from isometry._cli.report_command import report


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """isometry gives every network the right start."""


cli.add_command(check)
cli.add_command(report)
cli.add_command(plan)
cli.add_command(graph)
cli.add_command(init)
cli.add_command(rule_commands.rules)
cli.add_command(calibration_commands.calibrate)
cli.add_command(theory_commands.gain)
cli.add_command(theory_commands.explain)
cli.add_command(printing.schemes_command)
cli.add_command(printing.recipes_command)
cli.add_command(printing.version_command)
