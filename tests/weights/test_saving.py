"""Arrays on disk, read back by the library of the format."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from isometry import errors
from isometry.weights import save_safetensors

ARRAYS: dict[str, NDArray[Any]] = {
    "a": np.arange(6, dtype=np.float32).reshape(2, 3).T,
    "scalar": np.array(7, np.int64),
    "empty": np.zeros((0, 2), np.float16),
}


def test_arrays_of_any_layout_read_back(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    save_safetensors(path, ARRAYS, {"isometry.calibration": "lsuv"})
    found = safetensors.numpy.load_file(path)
    assert {name: one.tolist() for name, one in found.items()} == {
        name: one.tolist() for name, one in ARRAYS.items()
    }
    with safetensors.safe_open(path, "numpy") as file:
        assert file.metadata() == {"format": "pt", "isometry.calibration": "lsuv"}


def test_an_existing_file_is_replaced_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"old")
    with pytest.raises(errors.ExistingFileError):
        save_safetensors(path, ARRAYS, {})
    assert path.read_bytes() == b"old"
    save_safetensors(path, ARRAYS, {}, force=True)
    assert len(safetensors.numpy.load_file(path)) == 3
