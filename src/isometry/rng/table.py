"""The table of the unit normal law.

Node ``k`` is the magnitude, in units of ``2**-27``, whose tail probability is ``2**(s - 33) (1 + j
/ 2**8)`` with ``s, j = divmod(k, 2**8)``: ``2**8`` steps in each of the 32 octaves of a 32-bit
word, so that the tails are as finely cut as the middle. ``tools/make_normal_table.py`` makes the
file with mpmath and explains how.
"""

import functools
import hashlib
from importlib import resources

import numpy as np
from numpy import uint32
from numpy.typing import NDArray

from isometry import errors

STEP_BITS = 8
"""Binary logarithm of the steps in an octave."""
UNIT_BITS = 27
"""The unit normal law counts in ``2**-27``."""
DIGEST = "2bee039e52ee2951e44abd97099168b44ae4444e5f0f21a2239150c3ac71f809"
"""SHA-256 of the packaged file: little-endian 32-bit nodes."""
FILE = "normal_v1.bin"


@functools.cache
def normal_nodes() -> NDArray[uint32]:
    """The ``32 * 2**8 + 1`` nodes, falling from 6.34 to 0, in units of ``2**-27``; read-only.

    Returns:
        Shape ``(8193,)``, strictly falling.

    Raises:
        FileError: The packaged file is not the one that defines version 1.
    """
    nodes = parse((resources.files("isometry.rng") / FILE).read_bytes())
    nodes.flags.writeable = False
    return nodes


@functools.cache
def normal_drops() -> NDArray[uint32]:
    """How far the law falls from each node to the next: ``nodes[k] - nodes[k + 1]``; read-only."""
    nodes = normal_nodes()
    drops = nodes[:-1] - nodes[1:]
    drops.flags.writeable = False
    return drops


def largest_magnitude() -> int:
    """The largest magnitude of the unit law, in units of ``2**-27``."""
    return int(normal_nodes()[0])


def parse(data: bytes) -> NDArray[uint32]:
    """The nodes in the bytes of the file, once their digest is found right."""
    digest = hashlib.sha256(data).hexdigest()
    if digest != DIGEST:
        raise errors.FileError(
            f"the table of the normal law has SHA-256 {digest}",
            needed=DIGEST,
            do="reinstall isometry",
            path=FILE,
        )
    return np.frombuffer(data, dtype="<i4").astype(uint32)
