"""Axis arguments of ``jax.nn.initializers``, as axes with a meaning."""

from collections.abc import Sequence

from isometry import errors
from isometry.parameters import Axes

Axis = int | Sequence[int]
"""One axis or several, counted from the end where negative."""


def stated(shape: Sequence[int], in_axis: Axis, out_axis: Axis, batch_axis: Axis) -> Axes:
    """The axes of a weight; those that are not named are a kernel's, as in JAX.

    Args:
        shape: Shape of the weight.
        in_axis: Axis or axes of the inputs.
        out_axis: Axis or axes of the outputs.
        batch_axis: Axis or axes that run over independent weights.

    Returns:
        Every axis of the shape with one meaning, counted from the front.

    Raises:
        ShapeError: An axis is not one of the shape's, or is named twice.

    >>> stated((3, 16, 32), -2, -1, ())
    Axes(outputs=(2,), inputs=(1,), window=(0,), ...)
    """
    named = [_counted(shape, axis) for axis in (in_axis, out_axis, batch_axis)]
    taken = [axis for side in named for axis in side]
    if len(set(taken)) < len(taken):
        raise errors.ShapeError(
            f"in_axis={in_axis}, out_axis={out_axis} and batch_axis={batch_axis} meet in shape "
            f"{tuple(shape)}",
            needed="every axis at most once",
            do="name other axes",
        )
    inputs, outputs, stacked = named
    window = tuple(axis for axis in range(len(shape)) if axis not in taken)
    return Axes(outputs=outputs, inputs=inputs, window=window, stacked=stacked)


def _counted(shape: Sequence[int], axis: Axis) -> tuple[int, ...]:
    """The axes counted from the front."""
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    if any(not -len(shape) <= one < len(shape) for one in axes):
        raise errors.ShapeError(
            f"shape {tuple(shape)} has no axis {axis}",
            needed="a weight of at least two dimensions, or axes that it has",
            do="state in_axis and out_axis, or use an initializer without fans",
        )
    return tuple(one % len(shape) for one in axes)
