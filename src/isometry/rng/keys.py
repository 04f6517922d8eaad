"""Keys: what the user's seed and a parameter's path become."""

import hashlib
import operator
from dataclasses import dataclass
from typing import SupportsIndex

from isometry import errors

VERSION = "v1"
"""Version of the bits. Other bits get another tag; those of a released tag never change."""

SEED_LIMIT = 2**64
"""Seeds are whole numbers from 0 up to, and without, this."""


@dataclass(frozen=True, slots=True)
class Key:
    """The 128 bits that tell one stream of words from another.

    Attributes:
        words: Four unsigned 32-bit numbers ``(k0, k1, c2, c3)``: the Philox key, then the upper
            half of the counter, whose lower half counts blocks.
    """

    words: tuple[int, int, int, int]

    def __post_init__(self) -> None:
        if not all(0 <= word < 2**32 for word in self.words):
            raise errors.InputError(
                f"the words of a key are {self.words!r}",
                needed="four whole numbers from 0 to 2**32 - 1",
                do="call derive_key(seed, path)",
            )


def derive_key(seed: int, path: str, *, member: int | None = None, version: str = VERSION) -> Key:
    """The key of one tensor: BLAKE2b-128 of (version, seed, length of path, path [, member]).

    Lengths come before texts and a member is marked by a byte of its own, so no two different
    arguments are hashed as the same bytes.

    Args:
        seed: The user's number, ``0 <= seed < 2**64``.
        path: Address of the parameter, any text.
        member: Number of one of several models drawn under the same seed, ``0 <= member < 2**64``;
            none for a single model, which is not the same as member 0.
        version: Version of the bits.

    Returns:
        Four 32-bit words; equal exactly when all arguments are equal, up to a chance of
        ``2**-128``.

    Raises:
        InputError: ``seed`` or ``member`` is no whole number in range, or ``path`` no valid text.

    >>> derive_key(0, "fc.weight") == derive_key(0, "fc.weight")
    True
    >>> derive_key(0, "fc.weight") == derive_key(1, "fc.weight")
    False
    """
    tag, address = _text(version, "version"), _text(path, "path")
    message = tag + _number(seed, "seed", path) + address
    if member is not None:
        message += b"m" + _number(member, "member", path)
    digest = hashlib.blake2b(message, digest_size=16, person=b"isometry").digest()
    k0, k1, c2, c3 = (int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
    return Key((k0, k1, c2, c3))


def _number(value: int, name: str, path: str) -> bytes:
    if isinstance(value, bool) or not 0 <= _index(value) < SEED_LIMIT:
        raise errors.InputError(
            f"{name} is {value!r}",
            needed="a whole number from 0 to 2**64 - 1",
            do=f"pass {name}=0 or another int",
            path=path,
        )
    return _index(value).to_bytes(8, "little")


def _index(value: SupportsIndex) -> int:
    """A whole number of any type, such as NumPy's, as Python's; -1 for anything else."""
    try:
        return operator.index(value)
    except TypeError:
        return -1


def _text(value: str, name: str) -> bytes:
    try:
        encoded = value.encode("utf-8")
    except (AttributeError, UnicodeEncodeError) as error:
        raise errors.InputError(
            f"{name} is {value!r}",
            needed="text that UTF-8 can encode",
            do=f"pass {name} as a plain str",
        ) from error
    return len(encoded).to_bytes(8, "little") + encoded
