"""Recorded data: tensors that were computed, not drawn."""

import base64
import binascii
import zlib
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Self

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from isometry import errors, rng
from isometry.parameters import Parameter
from isometry.schemes.draws import Draw, Whole
from isometry.schemes.mixtures import of_values
from isometry.schemes.scheme import Moments, Scheme

_LEVEL = 3
"""Of compression: position numbers take 9 a hundred times as long for the same size."""


@dataclass(frozen=True, slots=True)
class Values(Scheme):
    """Every entry as recorded, bit for bit: frequencies, position numbers, masks.

    Attributes:
        dtype: Name of the dtype of the recorded entries.
        shape: Their shape.
        data: Base64 of zlib of their little-endian bytes, in row-major order.

    >>> Values.of(np.arange(4, dtype=np.int64)).array().tolist()
    [0, 1, 2, 3]
    """

    name: ClassVar[str] = "values"

    dtype: str
    shape: tuple[int, ...]
    data: str

    @classmethod
    def of(cls, array: NDArray[Any]) -> Self:
        """The scheme that gives back ``array``."""
        dtype = array.dtype.newbyteorder("<") if array.dtype.itemsize > 1 else array.dtype
        raw = np.ascontiguousarray(array, dtype=dtype).tobytes()
        data = base64.b64encode(zlib.compress(raw, _LEVEL)).decode("ascii")
        return cls(array.dtype.name, array.shape, data)

    def __post_init__(self) -> None:
        size = len(_bytes(self.data))
        if size != prod(self.shape) * _dtype(self.dtype).itemsize:
            raise errors.InputError(
                f"{size} bytes are recorded for shape {self.shape} of {self.dtype}",
                needed=f"{prod(self.shape) * _dtype(self.dtype).itemsize} bytes",
                do="record the array again with Values.of",
            )

    def array(self) -> NDArray[Any]:
        """The recorded entries."""
        raw = np.frombuffer(_bytes(self.data), dtype=_dtype(self.dtype))
        return raw.reshape(self.shape)

    def draw(self, parameter: Parameter) -> Draw:
        """The entries; nothing is random."""
        self._check(parameter)
        return Whole(self._compute, exact=True)

    def moments(self, parameter: Parameter) -> Moments:
        """Exact, of the entries."""
        self._check(parameter)
        return of_values(self.array())

    def _compute(self, key: rng.Key) -> NDArray[Any]:  # noqa: ARG002 - nothing is random
        return self.array()

    def _check(self, parameter: Parameter) -> None:
        if parameter.shape != self.shape:
            raise errors.ShapeError(
                f"values of shape {self.shape} were recorded, and the tensor has {parameter.shape}",
                needed="the shape that was recorded",
                do="record the values again from the model as it is now",
                path=parameter.path,
            )


def _bytes(data: str) -> bytes:
    try:
        return zlib.decompress(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError, zlib.error) as error:
        raise errors.InputError(
            f"recorded data cannot be read: {error}",
            needed="base64 of zlib of the entries' bytes",
            do="record the array again with Values.of",
        ) from error


def _dtype(name: str) -> np.dtype[Any]:
    custom = getattr(ml_dtypes, name, None)
    try:
        dtype = np.dtype(custom if custom is not None else name)
    except TypeError as error:
        raise errors.DtypeError(
            f"recorded values have dtype {name!r}",
            needed="the name of a NumPy or ml_dtypes dtype",
            do="record the array again with Values.of",
        ) from error
    return dtype.newbyteorder("<") if dtype.itemsize > 1 and custom is None else dtype
