"""The command line: ``check | report | plan | graph | init | calibrate``, lists, explanations.

Results go to stdout, progress and errors to stderr. Exit codes: 0 done, 1 ``check`` has findings, 2
bad input, 3 the model failed to load or run, 4 an internal error, 130 interrupted.
"""

from isometry._cli.exits import run

__all__ = ["run"]
