"""From a scheme, a shape and a path to values."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from numpy import float32
from numpy.typing import NDArray

from isometry import errors, plans, schemes, weights
from isometry.frameworks.dropins import layouts
from isometry.parameters import Axes, Parameter
from isometry.schemes import Scheme

REASON = "asked for by the initializer's own name"
SOURCE = "drop-in"


def described(
    path: str,
    shape: Sequence[int],
    *,
    convention: Literal["keras", "torch"],
    axes: Axes | None = None,
    dtype: str = "float32",
) -> Parameter:
    """A tensor of which only the shape is known, its axes read by a framework's convention.

    Args:
        path: Its address.
        shape: Its shape.
        convention: Whose convention says what the axes mean.
        axes: What the axes mean, where the caller knows better.
        dtype: Name of the storage dtype.

    Returns:
        The tensor, without any fact but these.
    """
    sizes = tuple(int(size) for size in shape)
    meaning = layouts.axes_of(sizes, convention) if axes is None else axes
    return Parameter(
        path, sizes, dtype=dtype, axes=meaning, role="free" if meaning is None else "weight"
    )


def drawn(scheme: Scheme, parameter: Parameter, seed: int) -> NDArray[float32]:
    """All values of one tensor, on the host.

    Args:
        scheme: How it is filled.
        parameter: Its path, shape and axes.
        seed: The user's number.

    Returns:
        The parameter's shape, before any rounding to its dtype.

    Raises:
        InputError: The scheme cannot fill a tensor of that shape.
    """
    return weights.values(plans.Assignment(parameter, scheme, REASON, SOURCE), seed)


def resolved(scheme: Scheme | str, options: Mapping[str, Any]) -> Scheme:
    """A scheme by name and options, or one that is already made.

    Args:
        scheme: Name in the catalogue, or a scheme.
        options: Of the scheme that is named.

    Returns:
        The scheme.

    Raises:
        UnknownNameError: No scheme has that name.
        InputError: Options are given beside a scheme that is already made.

    >>> resolved("normal", {"std": 0.02})
    Normal(mean=0.0, std=0.02)
    """
    if isinstance(scheme, str):
        return schemes.scheme(scheme, **options)
    if options:
        raise errors.InputError(
            f"options {', '.join(sorted(options))} were given beside {scheme!r}",
            needed="options beside the name of a scheme, or a scheme alone",
            do="make the scheme with these options",
        )
    return scheme
