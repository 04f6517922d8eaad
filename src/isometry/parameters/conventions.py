"""What other frameworks take for fans, from raw shapes: for parity, never for a good start."""

from math import prod
from typing import Literal, assert_never, get_args

from isometry import errors
from isometry.parameters.axes import Axes
from isometry.parameters.fans import Fans, fans

Convention = Literal["flax", "keras", "semantic", "torch"]
"""Whose arithmetic gives the fans: ``semantic`` counts what the layer really sums."""

CONVENTIONS: tuple[str, ...] = get_args(Convention)


def fans_by_shape_torch(shape: tuple[int, ...]) -> Fans:
    """Fans as ``torch.nn.init`` reads them: axis 1 is inputs, axis 0 outputs, the rest a kernel.

    Groups, stride and transposition do not exist for it, so a grouped convolution's ``fan_out`` is
    ``groups`` times too large and a transposed convolution's fans are swapped.

    Args:
        shape: Raw shape of at least two axes.

    Returns:
        Fans as torch computes them.

    Raises:
        ShapeError: The shape has fewer than two axes.

    >>> fans_by_shape_torch((8, 1, 3, 3))
    Fans(fan_in=9.0, fan_out=72.0)
    """
    if len(shape) < 2:
        raise errors.ShapeError(
            f"torch reads no fans from shape {shape}",
            needed="at least two axes",
            do="give a scheme with a std of its own, such as normal(std=0.02)",
        )
    kernel = prod(shape[2:])
    return Fans(fan_in=float(shape[1] * kernel), fan_out=float(shape[0] * kernel))


def fans_by_shape_keras(shape: tuple[int, ...]) -> Fans:
    """Fans as Keras reads them: the last two axes are inputs and outputs, those before a kernel.

    A depthwise kernel ``(*k, channels, multiplier)`` gets ``fan_in = channels · k``, a transposed
    one ``(*k, filters, inputs)`` swapped fans. One axis is both fans, none is 1.

    Args:
        shape: Raw shape in Keras's layout.

    Returns:
        Fans as Keras computes them.

    >>> fans_by_shape_keras((3, 3, 8, 1))
    Fans(fan_in=72.0, fan_out=9.0)
    """
    if len(shape) < 2:
        length = float(prod(shape))
        return Fans(fan_in=length, fan_out=length)
    kernel = prod(shape[:-2])
    return Fans(fan_in=float(shape[-2] * kernel), fan_out=float(shape[-1] * kernel))


def fans_flax(
    shape: tuple[int, ...],
    in_axis: int | tuple[int, ...] = -2,
    out_axis: int | tuple[int, ...] = -1,
    batch_axis: int | tuple[int, ...] = (),
) -> Fans:
    """Fans as JAX and Flax read them: axes named by the caller, all that is left is a kernel.

    Args:
        shape: Raw shape of at least two axes.
        in_axis: Axis or axes of the inputs.
        out_axis: Axis or axes of the outputs.
        batch_axis: Axis or axes that count for neither.

    Returns:
        Fans as JAX computes them; fractions where its axes overlap, as in Flax's embedding.

    Raises:
        ShapeError: The shape has fewer than two axes.

    >>> fans_flax((3, 3, 16, 32)), fans_flax((8, 64, 128), batch_axis=0)
    (Fans(fan_in=144.0, fan_out=288.0), Fans(fan_in=64.0, fan_out=128.0))
    """
    if len(shape) < 2:
        raise errors.ShapeError(
            f"JAX reads no fans from shape {shape}",
            needed="at least two axes",
            do="give a scheme with a std of its own, such as normal(std=0.02)",
        )
    inputs, outputs, batch = (_length(shape, axis) for axis in (in_axis, out_axis, batch_axis))
    kernel = prod(shape) / (inputs * outputs * batch)
    return Fans(fan_in=inputs * kernel, fan_out=outputs * kernel)


def fans_by_convention(shape: tuple[int, ...], axes: Axes | None, convention: Convention) -> Fans:
    """Fans of a weight by one framework's arithmetic, in that framework's own layout.

    Where the axes are known, the shape is first brought into the order in which the framework would
    store this layer, so that a torch model can be filled as Keras would have; where they are not,
    the shape is read as it stands.

    Args:
        shape: Shape of the tensor as stored.
        axes: Meaning of its axes.
        convention: Whose arithmetic.

    Returns:
        Fans as that framework computes them.

    Raises:
        ShapeError: The fans cannot be known: ``semantic`` without axes, or one axis alone.

    >>> transposed = Axes(inputs=(0,), outputs=(1,), window=(2,), transposed=True)
    >>> fans_by_convention((8, 2, 3), transposed, "keras")
    Fans(fan_in=6.0, fan_out=24.0)
    """
    match convention:
        case "semantic":
            return fans(shape, _known(shape, axes))
        case "torch":
            return fans_by_shape_torch(shape if axes is None else torch_shape(shape, axes))
        case "keras":
            return fans_by_shape_keras(shape if axes is None else keras_shape(shape, axes))
        case "flax":
            return fans_flax(shape) if axes is None else _fans_flax_layout(shape, axes)
        case _:
            assert_never(convention)


def torch_shape(shape: tuple[int, ...], axes: Axes) -> tuple[int, ...]:
    """The shape in torch's order: outputs, inputs, kernel; transposed or looked up, inputs first.

    >>> torch_shape((3, 3, 16, 32), Axes(window=(0, 1), inputs=(2,), outputs=(3,)))
    (32, 16, 3, 3)
    """
    inputs, outputs = _sides(shape, axes, groups_on="inputs" if axes.transposed else "outputs")
    stacked, window = _lengths(shape, axes.stacked), _lengths(shape, axes.window)
    first, second = (inputs, outputs) if axes.transposed or axes.lookup else (outputs, inputs)
    return (*stacked, *first, *second, *window)


def keras_shape(shape: tuple[int, ...], axes: Axes) -> tuple[int, ...]:
    """The shape in Keras's order: kernel, inputs, outputs; a transposed one outputs first.

    A weight whose groups run along its inputs is a depthwise kernel ``(*k, channels, multiplier)``.

    >>> keras_shape((32, 16, 3, 3), Axes(outputs=(0,), inputs=(1,), window=(2, 3)))
    (3, 3, 16, 32)
    """
    inputs, outputs = _lengths(shape, axes.inputs), _lengths(shape, axes.outputs)
    stacked, window = _lengths(shape, axes.stacked), _lengths(shape, axes.window)
    first, second = (outputs, inputs) if axes.transposed else (inputs, outputs)
    return (*stacked, *window, *first, *second)


def _fans_flax_layout(shape: tuple[int, ...], axes: Axes) -> Fans:
    inputs, outputs = _sides(shape, axes, groups_on="outputs")
    kernel = prod(_lengths(shape, axes.window))
    # Flax's embedding names the vocabulary as inputs and outputs at once: the features are left.
    fan_in = prod(outputs) if axes.lookup else prod(inputs) * kernel
    return Fans(fan_in=float(fan_in), fan_out=float(prod(outputs) * kernel))


def _sides(
    shape: tuple[int, ...], axes: Axes, *, groups_on: Literal["inputs", "outputs"]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Lengths of inputs and outputs when the groups run along the side ``groups_on``."""
    inputs, outputs = _lengths(shape, axes.inputs), _lengths(shape, axes.outputs)
    if axes.groups == 1 or axes.groups_on == groups_on:
        return inputs, outputs
    if groups_on == "outputs":
        return (inputs[0] // axes.groups, *inputs[1:]), (outputs[0] * axes.groups, *outputs[1:])
    return (inputs[0] * axes.groups, *inputs[1:]), (outputs[0] // axes.groups, *outputs[1:])


def _lengths(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(shape[axis] for axis in axes)


def _length(shape: tuple[int, ...], axis: int | tuple[int, ...]) -> int:
    return shape[axis] if isinstance(axis, int) else prod(shape[one] for one in axis)


def _known(shape: tuple[int, ...], axes: Axes | None) -> Axes:
    if axes is None:
        raise errors.ShapeError(
            f"nobody said which axes of shape {shape} are inputs and which are outputs",
            needed="the meaning of each axis",
            do='state axes=, or take the fans that a framework would, with convention="torch"',
        )
    return axes
