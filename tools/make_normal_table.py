"""Make the table of the unit normal law, version 1, with mpmath.

The law maps a tail probability ``p = u / 2**33``, ``u`` odd and below ``2**32``, to a magnitude
``z(p) = -ndtri(p)`` in units of ``2**-27``. Each octave of ``p`` is cut into ``2**8`` equal steps,
with a node at each cut, and the law is linear between nodes. ``z`` is convex in ``p``, so a chord
lies above it: each node is lowered by half of the mean of its two chords' largest errors, which
spreads the error over both signs.

Run ``python tools/make_normal_table.py`` to print the SHA-256 of what it makes and compare it with
the packaged file; add ``--write PATH`` to write it.
"""

import argparse
import hashlib
from pathlib import Path

import mpmath
import numpy as np

OCTAVES = 32
STEP_BITS = 8
UNIT_BITS = 27
DIGITS = 40
PACKAGED = Path(__file__).parents[1] / "src/isometry/rng/normal_v1.bin"


def probability(node: int) -> mpmath.mpf:
    """Tail probability of a node: octave ``s`` starts at ``2**(s - 33)``."""
    octave, step = divmod(node, 2**STEP_BITS)
    return mpmath.ldexp(1 + mpmath.mpf(step) / 2**STEP_BITS, octave - OCTAVES - 1)


def magnitude(p: mpmath.mpf) -> mpmath.mpf:
    """``z`` whose upper tail is ``p``: ``sqrt(2) erfinv(1 - 2 p)``, at twice the digits."""
    with mpmath.workdps(2 * DIGITS):
        return mpmath.sqrt(2) * mpmath.erfinv(1 - 2 * p)


def chord_error(p0: mpmath.mpf, p1: mpmath.mpf, z0: mpmath.mpf, z1: mpmath.mpf) -> mpmath.mpf:
    """Largest distance of the chord above ``z``, where the density is minus the inverse slope."""
    density = (p1 - p0) / (z0 - z1)
    z = mpmath.sqrt(-2 * mpmath.log(density * mpmath.sqrt(2 * mpmath.pi)))
    p = mpmath.ncdf(-z)
    return z0 + (z1 - z0) * (p - p0) / (p1 - p0) - z


def nodes() -> np.ndarray:
    """All ``32 * 2**8 + 1`` nodes, from the smallest tail to the median, in units of ``2**-27``."""
    mpmath.mp.dps = DIGITS
    p = [probability(node) for node in range(OCTAVES * 2**STEP_BITS + 1)]
    z = [magnitude(value) for value in p]
    errors = [chord_error(*p[i : i + 2], *z[i : i + 2]) for i in range(len(p) - 1)]
    around = zip([mpmath.mpf(0), *errors], [*errors, mpmath.mpf(0)], strict=True)
    lowered = [value - (left + right) / 4 for value, (left, right) in zip(z, around, strict=True)]
    lowered[-1] = mpmath.mpf(0)
    scaled = [int(mpmath.nint(mpmath.ldexp(value, UNIT_BITS))) for value in lowered]
    return np.array(scaled, dtype="<i4")


def main() -> None:
    """Make, compare, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=Path, metavar="PATH", help="write the table to PATH")
    arguments = parser.parse_args()
    data = nodes().tobytes()
    print("made    ", hashlib.sha256(data).hexdigest(), len(data), "bytes")
    if arguments.write is not None:
        arguments.write.write_bytes(data)
    if PACKAGED.exists():
        print("packaged", hashlib.sha256(PACKAGED.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
