"""Where numbers come from: a value is a function of (seed, path, index) alone.

Law ``v1``, frozen once released; other bits would carry another version tag:

1. ``derive_key``: BLAKE2b-128 of (version, seed, path) gives a Philox key and the upper half of its
   counter (``keys``).
2. ``words``: element ``i``, in row-major order of the whole tensor, takes word ``i``: lane ``i mod
   4`` of Philox 4x32-10 block ``i div 4`` (``philox``).
3. A law is its quantile function in 32-bit integer arithmetic, then one conversion to float32 and
   one multiplication (``integers``, with the table of ``table``), then one rounding to the tensor's
   dtype (``casts``).

No generator has a state, and no other library's generator is read or written.
"""

from isometry.rng.casts import cast
from isometry.rng.filling import fill, fill_box
from isometry.rng.integers import IntegerLaw
from isometry.rng.keys import VERSION, Key, derive_key
from isometry.rng.laws import Constant, Law, Normal, Sign, TruncatedNormal, Uniform
from isometry.rng.orthonormal import stiefel
from isometry.rng.permutations import permutation
from isometry.rng.philox import words
from isometry.rng.reference import draw, gaussian
from isometry.rng.table import normal_drops, normal_nodes

__all__ = [
    "VERSION",
    "Constant",
    "IntegerLaw",
    "Key",
    "Law",
    "Normal",
    "Sign",
    "TruncatedNormal",
    "Uniform",
    "cast",
    "derive_key",
    "draw",
    "fill",
    "fill_box",
    "gaussian",
    "normal_drops",
    "normal_nodes",
    "permutation",
    "stiefel",
    "words",
]
