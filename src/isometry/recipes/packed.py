"""One scheme for each block of a packed weight."""

from collections.abc import Mapping
from itertools import accumulate

from isometry import errors, schemes
from isometry.parameters import Box, Parameter, Part
from isometry.schemes import Scheme


def by_part(parameter: Parameter, of: Mapping[Part, Scheme], other: Scheme) -> Scheme:
    """How a weight is filled whose parts are filled each in a way of their own.

    Args:
        parameter: The weight.
        of: A scheme for each part that has one.
        other: The scheme of all other parts.

    Returns:
        The scheme of its only part, or one that fills block by block.

    Raises:
        InputError: Its blocks differ, and the graph does not show where they lie.
    """
    parts = parameter.surroundings.parts if parameter.surroundings is not None else ()
    wanted = tuple(of.get(part, other) for part in parts) or (other,)
    if len({*wanted}) == 1:
        return wanted[0]
    axis, sizes = _blocks(parameter)
    stops = [*accumulate(sizes)]
    return schemes.Patchwork(
        schemes.Constant(0.0),
        tuple(
            _box(parameter, axis, stop - size, stop)
            for size, stop in zip(sizes, stops, strict=True)
        ),
        wanted,
    )


def _blocks(parameter: Parameter) -> tuple[int, tuple[int, ...]]:
    """The axis along which blocks lie, and their lengths."""
    around, axes = parameter.surroundings, parameter.axes
    assert around is not None  # only a weight with surroundings has parts
    if axes is not None and axes.blocks is not None and len(axes.blocks.sizes) == len(around.parts):
        return axes.blocks.axis, axes.blocks.sizes
    axis = axes.outputs[0] if axes is not None and axes.outputs else 0
    if around.sizes and sum(around.sizes) == parameter.shape[axis]:
        return axis, around.sizes
    raise errors.InputError(
        f"{', '.join(around.parts)} are packed into one weight, and the graph does not show where "
        "each lies",
        needed="blocks one after the other along the outputs, or weights of their own",
        do="give this tensor a rule of your own, or choose another recipe",
        path=parameter.path,
    )


def _box(parameter: Parameter, axis: int, start: int, stop: int) -> Box:
    return tuple(
        (start, stop) if place == axis else (0, length)
        for place, length in enumerate(parameter.shape)
    )
