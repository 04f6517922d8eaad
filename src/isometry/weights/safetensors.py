"""The safetensors layout: eight bytes of length, a JSON header, then the tensors' bytes.

A writer of its own, because the library's takes whole tensors, and here no tensor is ever whole in
memory. The layout is documented by huggingface/safetensors, version 0.4 and later.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from isometry import errors

CODES: Mapping[str, str] = {
    "bfloat16": "BF16",
    "bool": "BOOL",
    "float16": "F16",
    "float32": "F32",
    "float64": "F64",
    "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2",
    "int16": "I16",
    "int32": "I32",
    "int64": "I64",
    "int8": "I8",
    "uint16": "U16",
    "uint32": "U32",
    "uint64": "U64",
    "uint8": "U8",
}
"""What the format calls each dtype that it knows."""

ALIGNMENT = 8
"""The header is padded with spaces to a multiple of this, so that tensors start aligned."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One tensor of a file.

    Attributes:
        path: Its name in the file.
        shape: Its shape.
        dtype: Its storage dtype.
        nbytes: Its length in the file.
    """

    path: str
    shape: tuple[int, ...]
    dtype: str
    nbytes: int

    @property
    def code(self) -> str:
        """What the format calls the dtype.

        Raises:
            DtypeError: The format has no such dtype.
        """
        if self.dtype not in CODES:
            raise errors.DtypeError(
                f"safetensors has no dtype {self.dtype}",
                needed=f"one of {', '.join(CODES)}",
                do="pass dtype=",
                path=self.path,
            )
        return CODES[self.dtype]


def header(tensors: Sequence[Stored], metadata: Mapping[str, str]) -> bytes:
    """The bytes before the tensors, which follow in the same order without gaps.

    >>> header([Stored("w", (2,), "float32", 8)], {})[8:].strip()
    b'{"__metadata__":{},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    """
    entries: dict[str, object] = {"__metadata__": dict(metadata)}
    start = 0
    for tensor in tensors:
        stop = start + tensor.nbytes
        entries[tensor.path] = {
            "dtype": tensor.code,
            "shape": list(tensor.shape),
            "data_offsets": [start, stop],
        }
        start = stop
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    return len(text).to_bytes(8, "little") + text
