"""Where a diagnosed model came from, for those who read of it later."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """What the command line knows of the model; all empty for a call in Python.

    Attributes:
        target: What was named: ``"nets.py:deep"``.
        command: The command that looks at it again.
        file: The file that builds it, relative to the working directory where it lies below.
        line: The line where its factory begins; 0 where that is not known.
        seed: Which weights; -1 where that is not known.
        recipe: What filled them; empty for the model's own code.
    """

    target: str = ""
    command: str = ""
    file: str = ""
    line: int = 0
    seed: int = -1
    recipe: str = ""


UNKNOWN = Origin()
"""Of a call in Python."""
