"""Fans by meaning: how many inputs feed one output, and how many outputs one input feeds."""

from dataclasses import dataclass
from math import prod, sqrt
from typing import Literal, assert_never, get_args

from isometry.parameters.axes import Axes

FanMode = Literal["fan_avg", "fan_geo", "fan_in", "fan_out"]
"""Which fan divides a variance: one of the two, or their arithmetic or geometric mean."""

FAN_MODES: tuple[str, ...] = get_args(FanMode)


@dataclass(frozen=True, slots=True)
class Fans:
    """The two fans of one weight, as entries of the layer's Jacobian.

    Attributes:
        fan_in: Mean number of inputs that feed one output (away from padding).
        fan_out: Mean number of outputs that one input feeds.
    """

    fan_in: float
    fan_out: float

    def by(self, mode: FanMode) -> float:
        """The fan that ``mode`` names.

        >>> Fans(fan_in=2.0, fan_out=8.0).by("fan_avg"), Fans(fan_in=2.0, fan_out=8.0).by("fan_geo")
        (5.0, 4.0)
        """
        match mode:
            case "fan_in":
                return self.fan_in
            case "fan_out":
                return self.fan_out
            case "fan_avg":
                return (self.fan_in + self.fan_out) / 2
            case "fan_geo":
                return sqrt(self.fan_in * self.fan_out)
            case _:
                assert_never(mode)


def fans(shape: tuple[int, ...], axes: Axes) -> Fans:
    """Fans of each weight in a tensor, from the meaning of its axes.

    ``fan_in = inputs · window`` and ``fan_out = outputs · window``, where a side that runs over all
    groups counts one group, a packed side counts one block (the mean over blocks), a plain
    convolution divides ``fan_out`` by its stride and a transposed one divides ``fan_in``; a look-up
    sums nothing, so its ``fan_in`` is 1. Dilation moves taps and changes no count.

    A stride makes counts differ from place to place unless it divides the kernel; the fan is their
    mean, so that the mean variance over all places comes out right (`phases` has each count).

    Args:
        shape: Global shape of the tensor.
        axes: Meaning of its axes.

    Returns:
        Fans as counts; a fraction where a mean over places or blocks is not whole.

    >>> fans((8, 1, 3, 3), Axes(outputs=(0,), inputs=(1,), window=(2, 3), groups=8))
    Fans(fan_in=9.0, fan_out=9.0)
    >>> fans((8, 2, 3), Axes(inputs=(0,), outputs=(1,), window=(2,), stride=2, transposed=True))
    Fans(fan_in=12.0, fan_out=6.0)
    """
    window = _product(shape, axes.window)
    fan_in = window * _side(shape, axes, axes.inputs, "inputs")
    fan_out = window * _side(shape, axes, axes.outputs, "outputs")
    if axes.transposed:
        fan_in /= axes.stride
    else:
        fan_out /= axes.stride
    return Fans(fan_in=1.0 if axes.lookup else fan_in, fan_out=fan_out)


def phases(kernel: int, stride: int, *, dilation: int = 1) -> tuple[int, ...]:
    """Taps of one kernel axis that meet at each place of a strided layer, over one period.

    Of a transposed convolution: how many taps reach output ``p`` modulo the stride; of a plain one:
    how many outputs input ``p`` reaches. Their mean is ``kernel / stride``; where they differ, the
    variance shows a checkerboard that no single fan can remove.

    Args:
        kernel: Number of taps along the axis.
        stride: Stride along the axis.
        dilation: Distance of neighbouring taps.

    Returns:
        One count for each of the ``stride`` phases.

    >>> phases(4, 2), phases(3, 2), phases(3, 2, dilation=2)
    ((2, 2), (2, 1), (3, 0))
    """
    taps = [tap * dilation % stride for tap in range(kernel)]
    return tuple(taps.count(phase) for phase in range(stride))


def _side(
    shape: tuple[int, ...], axes: Axes, side: tuple[int, ...], name: Literal["inputs", "outputs"]
) -> float:
    units = _product(shape, side)
    if axes.groups_on == name:
        units /= axes.groups
    if axes.blocks is not None and axes.blocks.axis in side:
        units /= len(axes.blocks.names)
    return units


def _product(shape: tuple[int, ...], axes: tuple[int, ...]) -> float:
    return float(prod(shape[axis] for axis in axes))
