"""SHA-256 of the values of every small case in every dtype, for the golden file and its tool."""

import hashlib
import json
from pathlib import Path

import numpy as np

from isometry import rng
from tests.schemes.cases import SMALL
from tests.schemes.drawing import values

GOLDEN = Path(__file__).with_name("golden_v1.json")
DTYPES = ("float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2")
SEED = 2026

NAMES = tuple(f"{name} / {dtype}" for name in SMALL for dtype in DTYPES)


def fingerprint(name: str) -> str:
    """SHA-256 of the little-endian bytes of one case in one dtype, in row-major order."""
    case, _, dtype = name.partition(" / ")
    drawn = values(*SMALL[case], seed=SEED)
    cast = rng.cast(np.ascontiguousarray(drawn.astype(np.float32)), dtype)
    return hashlib.sha256(cast.tobytes()).hexdigest()


def golden() -> dict[str, str]:
    """The committed hashes."""
    found: dict[str, str] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return found
