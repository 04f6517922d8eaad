"""Exit codes belong to exceptions."""

import sys
import traceback
from collections.abc import Sequence

import click

from isometry import errors
from isometry._cli.commands import cli

OK, USAGE, MODEL, INTERNAL, INTERRUPTED = 0, 2, 3, 4, 130

CODES: tuple[tuple[type[BaseException], int], ...] = (
    (errors.ModelError, MODEL),
    (errors.MissingDependencyError, MODEL),
    (errors.ApplyError, INTERNAL),
    (errors.IsometryError, USAGE),
)


def run(arguments: Sequence[str]) -> int:
    """Run the command line on ``arguments`` and return its exit code; never raises."""
    try:
        code = cli.main(args=list(arguments), prog_name="isometry", standalone_mode=False)
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except errors.IsometryError as problem:
        click.echo(f"error: {problem}", err=True)
        return _code(problem)
    except Exception:
        click.echo(
            f"{traceback.format_exc()}error: this is a defect of isometry; please report it.",
            err=True,
        )
        return INTERNAL
    finally:
        sys.stdout.flush()
    return code if isinstance(code, int) else OK  # what click's Exit carried


def _code(problem: errors.IsometryError) -> int:
    return next(code for kind, code in CODES if isinstance(problem, kind))
