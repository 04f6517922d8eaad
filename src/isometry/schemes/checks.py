"""What every scheme asks of its options and of the parameter that it is to fill."""

from math import isfinite

from isometry import errors
from isometry.parameters import Axes, Parameter


def finite(name: str, value: float) -> None:
    """Refuse an option that is not a finite number."""
    if isinstance(value, bool) or not isfinite(value):
        raise errors.InputError(
            f"{name} is {value}", needed="a finite number", do=f"pass another {name}"
        )


def positive(name: str, value: float) -> None:
    """Refuse an option that is not a finite number above 0."""
    if isinstance(value, bool) or not (isfinite(value) and value > 0):
        raise errors.InputError(
            f"{name} is {value}", needed="a finite number above 0", do=f"pass another {name}"
        )


def not_negative(name: str, value: float) -> None:
    """Refuse an option that is not a finite number of at least 0."""
    if isinstance(value, bool) or not (isfinite(value) and value >= 0):
        raise errors.InputError(
            f"{name} is {value}", needed="a finite number of at least 0", do=f"pass another {name}"
        )


def one_of(name: str, value: str, choices: tuple[str, ...]) -> None:
    """Refuse an option that is not one of the words it may be."""
    if value not in choices:
        raise errors.UnknownNameError(
            f"{name} is {value!r}",
            needed=f"one of {', '.join(choices)}",
            do=f"pass {name}={choices[0]!r} or another of them",
        )


def known_axes(parameter: Parameter, scheme: str) -> Axes:
    """The axes of a weight that maps inputs to outputs.

    Args:
        parameter: The weight.
        scheme: Name of the scheme that asks, for the error.

    Returns:
        Axes of which at least one runs over inputs.

    Raises:
        ShapeError: The axes are not known, or none of them runs over inputs.
    """
    axes = parameter.axes
    if axes is None or not axes.inputs:
        raise errors.ShapeError(
            f"{scheme} was asked to fill shape {parameter.shape}, no axis of which is known to run "
            "over inputs",
            needed="a weight that maps inputs to outputs",
            do="state its axes, or choose a scheme with a std of its own, such as normal(std=0.02)",
            path=parameter.path,
        )
    return axes


def refuse_shape(parameter: Parameter, scheme: str, *, found: str, needed: str, do: str) -> None:
    """Refuse a parameter for a reason of the scheme's own.

    Args:
        parameter: The tensor.
        scheme: Name of the scheme that refuses it.
        found: What it is, as the end of "was asked to fill".
        needed: What the scheme can fill.
        do: What to do about it.

    Raises:
        ShapeError: Always.
    """
    raise errors.ShapeError(
        f"{scheme} was asked to fill {found}", needed=needed, do=do, path=parameter.path
    )
