"""What a command line says of a model's inputs: shapes, or a function that makes them."""

from typing import Any

import click

from isometry import errors
from isometry._cli import targets

INPUT = click.option(
    "--input",
    "-i",
    "shapes",
    multiple=True,
    metavar="32x3x224x224[:dtype]",
    help="Shape of an input of the model, in the order of its arguments; floats where no dtype is "
    "given, else for example 2x128:int64.",
)
BATCH = click.option(
    "--batch", metavar="pkg:fn", help="A function of no arguments that returns the model's inputs."
)


def example(shapes: tuple[str, ...], batch: str | None) -> Any:
    """The example that the options stand for; ``None`` where neither is given.

    Args:
        shapes: Values of ``--input``.
        batch: Value of ``--batch``.

    Returns:
        What the forward takes.

    Raises:
        InputError: Both are given, or a shape cannot be read.
        ModelError: The function cannot be imported, or raises.
    """
    if shapes and batch:
        raise errors.InputError(
            "both --input and --batch are given", needed="one of them", do="leave one out"
        )
    if batch:
        return _made(batch)
    if not shapes:
        return None
    from isometry.frameworks.torch import targets as torch_targets  # noqa: PLC0415 - loads torch

    made = tuple(torch_targets.tensor(*_shape(text)) for text in shapes)
    return made[0] if len(made) == 1 else made


def _made(name: str) -> Any:
    function = targets.factory(name)
    try:
        return function()
    except Exception as cause:
        raise errors.ModelError(
            f"it raised {type(cause).__name__}: {cause}",
            needed="a function of no arguments that returns the model's inputs",
            do="call it in Python and mend what it reports",
            path=name,
        ) from cause


def _shape(text: str) -> tuple[tuple[int, ...], str]:
    lengths, _, dtype = text.partition(":")
    try:
        shape = tuple(int(length) for length in lengths.split("x"))
    except ValueError:
        shape = ()
    if not shape or min(shape) < 1:
        raise errors.InputError(
            f"the input {text!r} is no shape",
            needed="whole numbers above 0 with x between them, and a dtype after a colon if not "
            "float32",
            do="write --input 32x3x224x224, or --input 2x128:int64",
        )
    return shape, dtype or "float32"
