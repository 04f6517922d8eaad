"""What the callbacks of trainers share: options of a monitor, checked before there is a model."""

import inspect
from typing import Any

from isometry import errors
from isometry.frameworks.torch.monitoring import Monitor

OPTIONS = tuple(inspect.signature(Monitor).parameters)[1:]


def checked(options: dict[str, Any]) -> dict[str, Any]:
    """Options that ``isometry.Monitor`` takes.

    Args:
        options: By name.

    Returns:
        The same.

    Raises:
        InputError: One is unknown.
    """
    for name in options:
        if name not in OPTIONS:
            raise errors.InputError(
                f"there is no option {name!r}",
                needed=f"one of {', '.join(OPTIONS)}",
                do="correct the spelling",
            )
    return options


def audible(options: dict[str, Any], *, compiled: bool, path: str) -> None:
    """That layers can be heard, where nothing else than the trainer knows how they are run.

    Args:
        options: Of the monitor.
        compiled: Whether the trainer runs the model compiled.
        path: What the model is called.

    Raises:
        InputError: They cannot.
    """
    if compiled and options.get("probe") is None:
        raise errors.InputError(
            "the trainer runs the model compiled, and hooks on it would compile it anew",
            needed="a batch for forwards of the monitor's own",
            do="pass probe=batch",
            path=path,
        )
