"""What the axes of a bare shape mean: an initializer is handed a shape and nothing else.

Every framework reads it by a convention of its own: torch takes ``(out, in, *window)``, Keras and
JAX ``(*window, in, out)``. The conventions know of no groups, strides or transposition; where a
layer has these, fill it through ``isometry.plan`` rather than through a drop-in.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal, get_args

from numpy.typing import NDArray

from isometry import errors
from isometry.parameters import Axes

Layout = Literal["given", "torch"]
"""Which order of axes elements are counted in: the tensor's own, or the one torch would store."""

LAYOUTS: Final[tuple[str, ...]] = get_args(Layout)


def axes_of(shape: Sequence[int], convention: Literal["keras", "torch"]) -> Axes | None:
    """The axes of a weight of that shape; ``None`` below two dimensions, where there are none.

    >>> axes_of((3, 3, 16, 32), "keras")
    Axes(outputs=(3,), inputs=(2,), window=(0, 1), ...)
    >>> axes_of((32, 16, 3, 3), "torch")
    Axes(outputs=(0,), inputs=(1,), window=(2, 3), ...)
    """
    rank = len(shape)
    if rank < 2:
        return None
    if convention == "torch":
        return Axes(outputs=(0,), inputs=(1,), window=tuple(range(2, rank)))
    return Axes(outputs=(rank - 1,), inputs=(rank - 2,), window=tuple(range(rank - 2)))


def torch_shape(shape: Sequence[int]) -> tuple[int, ...]:
    """The shape in which torch would store a ``(*window, in, out)`` weight.

    >>> torch_shape((3, 5, 16, 32))
    (32, 16, 3, 5)
    """
    return (*reversed(shape[-2:]), *shape[:-2])


def from_torch(rank: int) -> tuple[int, ...]:
    """The permutation that takes ``(out, in, *window)`` to ``(*window, in, out)``.

    >>> from_torch(4)
    (2, 3, 1, 0)
    """
    return (*range(2, rank), 1, 0)[-rank:]


def checked_layout(layout: str) -> Layout:
    """``layout``, if it is one.

    Args:
        layout: What the user passed.

    Returns:
        The same text.

    Raises:
        UnknownNameError: It is none.
    """
    match layout:
        case "given" | "torch":
            return layout
        case _:
            raise errors.UnknownNameError(
                f"layout is {layout!r}",
                needed=" or ".join(repr(name) for name in LAYOUTS),
                do="leave it out to count elements as the tensor is given",
            )


def transposed(values: NDArray[Any]) -> NDArray[Any]:
    """Values drawn in torch's layout, in the layout ``(*window, in, out)``."""
    return values.transpose(from_torch(values.ndim))
