"""The command line: ``plan | graph | init | calibrate | schemes | recipes | gain | explain`` …

Results go to stdout, progress and errors to stderr. Exit codes: 0 done, 2 bad input, 3 the model
failed to load or run, 4 an internal error, 130 interrupted.
"""

from isometry._cli.exits import run

__all__ = ["run"]
