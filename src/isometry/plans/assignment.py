"""What is intended for one tensor, and whether it can be done at all."""

from dataclasses import dataclass
from functools import cache
from typing import assert_never

import ml_dtypes
import numpy as np

from isometry import errors, rng, schemes
from isometry.parameters import Parameter
from isometry.recipes import PLAIN, Rates
from isometry.schemes import Scheme


@dataclass(frozen=True, slots=True)
class Assignment:
    """What is intended for one tensor.

    Attributes:
        parameter: The tensor.
        scheme: How it will be filled; ``None`` when it is deliberately kept.
        reason: Why.
        source: Which rule of which recipe decided: ``"gpt2[3] *.c_proj.weight"``.
        rates: What the optimizer is asked for.
    """

    parameter: Parameter
    scheme: Scheme | None
    reason: str
    source: str
    rates: Rates = PLAIN

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path of the tensor, its own first."""
        return (self.parameter.path, *self.parameter.ties)

    @property
    def rule(self) -> str:
        """The rule's selector alone, without the recipe and its number."""
        return self.source.partition(" ")[2] or self.source

    def check(self) -> None:
        """Refuse what could not be written, before anything is.

        Raises:
            ShapeError: The scheme cannot fill a tensor of that shape or meaning.
            DtypeError: The dtype cannot hold what the scheme draws.
        """
        if self.scheme is None:
            return
        dtype = dtype_of(self.parameter)
        draw = self.scheme.draw(self.parameter)
        self.scheme.moments(self.parameter)
        if not is_floating(dtype) and not _is_exact(draw):
            raise errors.DtypeError(
                f"{self.scheme.name} draws real numbers and the dtype is {self.parameter.dtype}",
                needed="a constant or recorded values for a tensor of whole numbers",
                do="use constant or values, or keep the tensor with skip=",
                path=self.parameter.path,
            )


def dtype_of(parameter: Parameter) -> "np.dtype[np.generic]":
    """The storage dtype as NumPy knows it.

    Args:
        parameter: The tensor.

    Returns:
        The dtype.

    Raises:
        DtypeError: NumPy and ml_dtypes have no dtype of that name.

    >>> dtype_of(Parameter("w", (2,), dtype="bfloat16")).itemsize
    2
    """
    return numpy_dtype(parameter.dtype, path=parameter.path)


def stored_dtype(parameter: Parameter, wanted: str | None) -> "np.dtype[np.generic]":
    """The dtype in which a tensor is stored when floating ones are wanted in another.

    Args:
        parameter: The tensor.
        wanted: Name of the dtype for floating tensors; whole numbers and truth values keep theirs.

    Returns:
        The dtype.

    Raises:
        DtypeError: There is no dtype of that name.

    >>> stored_dtype(Parameter("ids", (2,), dtype="int64"), "bfloat16").name
    'int64'
    """
    own = dtype_of(parameter)
    return own if wanted is None or not is_floating(own) else numpy_dtype(wanted)


def numpy_dtype(name: str, *, path: str = "") -> "np.dtype[np.generic]":
    """The dtype of that name.

    Args:
        name: Such as ``"bfloat16"``.
        path: The tensor that a message should speak of.

    Returns:
        The dtype.

    Raises:
        DtypeError: There is none, or it cannot hold numbers that isometry writes.
    """
    scalar = getattr(ml_dtypes, name, None) or name
    try:
        dtype: np.dtype[np.generic] = np.dtype(scalar)
    except TypeError as error:
        raise _no_dtype(name, path) from error
    if not (is_floating(dtype) or dtype.kind in "biuc"):
        raise _no_dtype(name, path)
    return dtype


@cache
def is_floating(dtype: "np.dtype[np.generic]") -> bool:
    """Whether values drawn from a distribution can be stored in it."""
    try:
        rng.cast(np.zeros(0, np.float32), dtype)
    except errors.DtypeError:
        return False
    return True


def _no_dtype(name: str, path: str) -> errors.DtypeError:
    return errors.DtypeError(
        f"the dtype is {name!r}",
        needed="float64, float32, float16, bfloat16, a float8, complex64, complex128, a dtype of "
        "whole numbers, or bool",
        do="convert the tensor, or keep it with skip=",
        path=path,
    )


def _is_exact(draw: schemes.Draw) -> bool:
    """Whether nothing is drawn: constants and recorded values alone."""
    match draw:
        case schemes.Elementwise():
            return isinstance(draw.law, rng.Constant)
        case schemes.Whole():
            return draw.exact
        case schemes.Derived():
            return False
        case schemes.Pieces():
            return all(map(_is_exact, (draw.base, *(piece.draw for piece in draw.pieces))))
        case _:
            assert_never(draw)
