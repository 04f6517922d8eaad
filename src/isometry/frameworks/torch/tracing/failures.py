"""A forward that fails, in words."""

from torch import nn

from isometry import errors


def failed(
    model: nn.Module,
    problem: Exception,
    *,
    what: str = "the forward",
    do: str = "call the model on the batch yourself and mend what it reports",
) -> errors.ModelError:
    """The error for what a model raised.

    Args:
        model: The model.
        problem: What it raised.
        what: Which forward it was.
        do: What to do about it.

    Returns:
        The error, to be raised from the problem.
    """
    return errors.ModelError(
        f"{what} failed ({said(problem)})",
        needed="a batch that the model's forward takes",
        do=do,
        path=type(model).__name__,
    )


def said(problem: Exception) -> str:
    """The kind of an exception and its first line."""
    return f"{type(problem).__name__}: {next(iter(str(problem).splitlines()), '')}"
