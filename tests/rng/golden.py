"""What the golden hashes of version 1 are taken of.

``python -m tests.rng.golden`` prints all hashes as they come out now, as JSON. Nothing writes the
file that tests compare with: version 1 is frozen, and other bits are another version.
"""

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from isometry import rng
from tests.rng import cases

FILE = Path(__file__).with_name("golden_v1.json")
KEY = rng.derive_key(20240229, "model.layers.0.attention.weight")
SIZE = 4099
STARTS = [0, 2**33 + 5]


def digest(values: np.ndarray) -> str:
    """SHA-256 of the values in row-major order, little-endian."""
    return hashlib.sha256(values.tobytes()).hexdigest()


def filled(law: rng.Law, dtype: np.dtype[np.generic], start: int) -> str:
    """Digest of one fill."""
    out = np.empty(SIZE, dtype)
    rng.fill(out, KEY, law, start=start, engine="numpy")
    return digest(out)


CASES: dict[str, Callable[[], str]] = {
    "words": lambda: digest(rng.words(KEY, 0, SIZE)),
    "words past 2**64": lambda: digest(rng.words(KEY, 2**64 + 1, SIZE)),
    "words of a member": lambda: digest(rng.words(rng.derive_key(1, "w", member=2), 0, SIZE)),
    "gaussian": lambda: digest(rng.gaussian(KEY, 0, SIZE)),
    "permutation": lambda: digest(rng.permutation(KEY, SIZE)),
    "stiefel": lambda: digest(rng.stiefel(KEY, 70, 40)),
} | {
    f"{name} {dtype} from {start}": lambda law=law, dtype=dtype, start=start: filled(
        law, dtype, start
    )
    for name, law in cases.LAWS.items()
    for dtype in cases.DTYPES
    for start in STARTS
}


if __name__ == "__main__":
    json.dump({name: make() for name, make in CASES.items()}, sys.stdout, indent=1)
    sys.stdout.write("\n")
