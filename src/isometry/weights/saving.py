"""Tensors that are in memory, written to disk one after the other."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from isometry.weights import files
from isometry.weights.safetensors import Stored, header

Array = NDArray[np.generic]


def save_safetensors(
    path: Path, tensors: Mapping[str, Array], metadata: Mapping[str, str], *, force: bool = False
) -> None:
    """Write arrays as a ``.safetensors`` file, whole or not at all.

    Args:
        path: Where.
        tensors: Arrays of any layout by the name that they get in the file.
        metadata: Texts for the file's header.
        force: Whether an existing file may be replaced.

    Raises:
        DtypeError: The format has no such dtype.
        ExistingFileError: The file exists and ``force`` is not given.
        FileError: The disk has no room, or refuses; nothing is left behind.
    """
    files.refuse_existing(path, force=force)
    stored = [Stored(name, one.shape, one.dtype.name, one.nbytes) for name, one in tensors.items()]
    start = header(stored, {"format": "pt", **metadata})
    files.require_space(path.parent, len(start) + sum(one.nbytes for one in stored), path=path)
    with files.replaced(path) as file:
        file.write(start)
        for one in tensors.values():
            # ascontiguousarray makes a scalar one-dimensional, and keeps the bytes all the same.
            file.write(np.ascontiguousarray(one).reshape(-1).view(np.uint8).data)
