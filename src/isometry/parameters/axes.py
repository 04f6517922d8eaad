"""Which axis of a weight means what."""

from dataclasses import dataclass
from typing import Literal

from isometry import errors


@dataclass(frozen=True, slots=True)
class Blocks:
    """Several weights packed into one tensor along one axis.

    The packed query, key and value projections of an attention layer and the gates of an LSTM are
    stored as one tensor, but each block is a weight of its own with fans of its own.

    Attributes:
        axis: The axis along which the blocks are stacked.
        names: One name a block, in storage order: ``("q", "k", "v")``, ``("i", "f", "g", "o")`` …
        sizes: Length of each block along ``axis``; they add up to the axis.

    Raises:
        InputError: Names repeat, or there is not one positive size for each.
    """

    axis: int
    names: tuple[str, ...]
    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if (
            not self.names
            or len(self.names) != len(self.sizes)
            or len({*self.names}) < len(self.names)
        ):
            raise errors.InputError(
                f"blocks are named {self.names} with sizes {self.sizes}",
                needed="one different name and one size for each block",
                do="name the blocks in storage order",
            )
        if min(self.sizes) < 1 or self.axis < 0:
            raise errors.InputError(
                f"blocks have sizes {self.sizes} along axis {self.axis}",
                needed="sizes of at least 1 along an axis counted from 0",
                do="leave empty blocks out",
            )


@dataclass(frozen=True, slots=True)
class Axes:
    """The meaning of each axis of a weight; every axis of the tensor appears exactly once.

    Attributes:
        outputs: Axes that run over output units.
        inputs: Axes that run over input units, summed over by the layer.
        window: Kernel axes, summed over as well.
        stacked: Axes that run over independent weights, such as experts.
        groups: Number of groups of a grouped convolution.
        groups_on: The side whose axis runs over all groups; the other side's axis is per group.
        stride: Product of the strides.
        transposed: Whether the convolution is transposed: its stride thins the inputs that reach an
            output, where a plain convolution's stride thins the outputs that an input reaches.
        lookup: Whether inputs select one row and are not summed over, as in an embedding.
        blocks: The weights packed into this tensor, if any.

    Raises:
        InputError: An axis has two meanings, or groups or stride is below 1.

    >>> dense = Axes(outputs=(0,), inputs=(1,))
    >>> depthwise = Axes(outputs=(0,), inputs=(1,), window=(2, 3), groups=8)
    >>> experts = Axes(stacked=(0,), inputs=(1,), outputs=(2,))
    >>> table = Axes(inputs=(0,), outputs=(1,), lookup=True)
    """

    outputs: tuple[int, ...] = ()
    inputs: tuple[int, ...] = ()
    window: tuple[int, ...] = ()
    stacked: tuple[int, ...] = ()
    groups: int = 1
    groups_on: Literal["inputs", "outputs"] = "outputs"
    stride: int = 1
    transposed: bool = False
    lookup: bool = False
    blocks: Blocks | None = None

    def __post_init__(self) -> None:
        named = self.all
        if len({*named}) < len(named) or min(named, default=0) < 0:
            raise errors.InputError(
                f"the axes outputs={self.outputs}, inputs={self.inputs}, window={self.window}, "
                f"stacked={self.stacked} repeat or are negative",
                needed="every axis once, counted from 0",
                do="give each axis one meaning",
            )
        if self.groups < 1 or self.stride < 1:
            raise errors.InputError(
                f"groups is {self.groups} and stride is {self.stride}",
                needed="whole numbers of at least 1",
                do="leave them out where the layer has none",
            )

    @property
    def all(self) -> tuple[int, ...]:
        """Every axis that has a meaning: independent weights, then outputs, inputs, window."""
        return (*self.stacked, *self.outputs, *self.inputs, *self.window)

    @property
    def grouped(self) -> int | None:
        """The axis that runs over the groups one after another, or ``None`` without groups."""
        side = self.outputs if self.groups_on == "outputs" else self.inputs
        return side[0] if self.groups > 1 and side else None
