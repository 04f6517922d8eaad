"""Whether a tensor that must be made at once fits this machine."""

import math
import os

from isometry import errors

COPIES = 3
"""Float64 arrays of the tensor's size that a matrix scheme holds at once: input, work, result."""


def refuse_too_large(shape: tuple[int, ...], *, path: str) -> None:
    """Refuse what would end in a killed process after minutes of work.

    Args:
        shape: The tensor's shape.
        path: The tensor.

    Raises:
        InputError: The tensor's values need more memory than the machine has.
    """
    needed = math.prod(shape) * 8 * COPIES
    present = physical_memory()
    if needed > present:
        raise errors.InputError(
            f"its {math.prod(shape):,} values are drawn all together, which takes "
            f"{needed / 2**30:.1f} GiB of the {present / 2**30:.1f} of this machine",
            needed="a scheme that draws each element alone",
            do="choose one, such as he_normal, or split the tensor",
            path=path,
        )


def physical_memory() -> int:
    """Bytes of memory; unlimited where the system does not tell."""
    if "SC_PHYS_PAGES" not in os.sysconf_names:
        return 2**63
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
