"""How a call of ``isometry.torch.init`` becomes values in a tensor."""

import torch
from torch import Tensor

from isometry import errors, plans
from isometry.frameworks import dropins
from isometry.frameworks.torch import kinds, sinks
from isometry.parameters import Axes
from isometry.schemes import Scheme

GENERATOR_PATH = "generator"
"""The path of a call that hands over a generator and names no path: the generator alone decides."""


def fill(
    tensor: Tensor,
    scheme: Scheme,
    *,
    seed: int | None = None,
    path: str | None = None,
    generator: torch.Generator | None = None,
    axes: Axes | None = None,
) -> Tensor:
    """Fill ``tensor`` by ``scheme`` in place, outside autograd, and return it.

    A tensor without elements and one on the meta device are returned as they are, after the scheme
    has been checked against the shape.

    Args:
        tensor: Any strided floating-point tensor, on any device.
        scheme: How to fill it.
        seed: The user's number; that of ``isometry.torch.init.calls``, else 0, when not given.
        path: Its address; a fresh one when not given.
        generator: Gives the seed instead: 63 bits are drawn from it, so it moves on by one draw.
        axes: What its axes mean; ``(out, in, *window)`` when not given.

    Returns:
        ``tensor`` itself.

    Raises:
        InputError: Both ``seed`` and ``generator`` are given, or the scheme does not fit.
        DtypeError: The dtype cannot hold drawn values.
    """
    seed, path = origin(seed, path, generator)
    parameter = dropins.described(
        path, tensor.shape, convention="torch", axes=axes, dtype=dtype_name(tensor, path)
    )
    scheme.draw(parameter)
    if tensor.numel() and not tensor.is_meta:
        assignment = plans.Assignment(parameter, scheme, dropins.REASON, dropins.SOURCE)
        sinks.put(tensor, assignment, seed=seed)
    return tensor


def origin(
    seed: int | None, path: str | None, generator: torch.Generator | None
) -> tuple[int, str]:
    """Seed and path of one call."""
    if generator is None:
        return dropins.current().origin(seed, path)
    if seed is not None:
        raise errors.InputError(
            "both seed and generator are given",
            needed="one source of numbers",
            do="leave one of the two out",
            path=path or "",
        )
    number = torch.randint(
        2**63 - 1, (), generator=generator, device=generator.device, dtype=torch.int64
    )
    return int(number), GENERATOR_PATH if path is None else path


def dtype_name(tensor: Tensor, path: str) -> str:
    """The dtype's name, if it holds real floating-point numbers."""
    name = kinds.dtype_name(tensor.dtype)
    if not tensor.dtype.is_floating_point:
        raise errors.DtypeError(
            f"the tensor is {name}",
            needed="a real floating-point dtype",
            do="initialize a float tensor, then convert it",
            path=path,
        )
    return name
