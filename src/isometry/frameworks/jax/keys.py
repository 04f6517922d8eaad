"""Keys under ``jax.jit``: from a traced seed and a static path to the four words of a stream.

The same BLAKE2b-128 of the same bytes as ``rng.derive_key``, so a traced seed gives the bits that
the concrete one gives, and a JAX key gives the bits that every other framework has for its
number.
"""

import functools
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy import uint32
from numpy.typing import NDArray

from isometry import errors, rng
from isometry.frameworks.jax import integers
from isometry.frameworks.jax.integers import Wide

BLOCK: Final = 128
"""Bytes that BLAKE2b takes at a time."""
DIGEST: Final = 16
PERSON: Final = b"isometry"
INITIAL: Final = (
    0x6A09E667F3BCC908,
    0xBB67AE8584CAA73B,
    0x3C6EF372FE94F82B,
    0xA54FF53A5F1D36F1,
    0x510E527FADE682D1,
    0x9B05688C2B3E6C1F,
    0x1F83D9ABFB41BD6B,
    0x5BE0CD19137E2179,
)
"""Fractional parts of the square roots of the first eight primes (RFC 7693, section 2.6)."""
SIGMA: Final = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
    ]
)
"""The order in which each round takes the message's words (RFC 7693, section 2.7)."""
ROUNDS: Final = 12
ROTATIONS: Final = (32, 24, 16, 63)


def seed_words(key: Array | int) -> Array:
    """The seed that a JAX key stands for, as uint32 ``(high, low)``.

    ``jax.random.key(n)`` holds the number ``n`` itself, so it stands for the seed ``n``; keys
    made by ``split`` and ``fold_in`` stand for other seeds, each for one.

    Args:
        key: A key of ``jax.random.key`` or ``PRNGKey``, traced or not, or a whole number.

    Returns:
        uint32 of shape ``(2,)``, traced where the key is.

    Raises:
        InputError: The key is of a generator whose keys have more than 64 bits.
    """
    if isinstance(key, int):
        rng.derive_key(key, "")  # refuses what is no seed
        return jnp.array([key >> 32, key & 0xFFFFFFFF], dtype=jnp.uint32)
    data = jax.random.key_data(key) if jnp.issubdtype(key.dtype, jax.dtypes.prng_key) else key
    if data.shape != (2,) or data.dtype != jnp.uint32:
        raise errors.InputError(
            f"the key holds {data.dtype}{list(data.shape)}",
            needed="one key of two 32-bit words, or a whole number",
            do="make it by jax.random.key(seed, impl='threefry2x32'), or pass seed as an int",
        )
    return data


def derive_words(seed: Array, path: str) -> Array:
    """What ``rng.derive_key(seed, path).words`` is, of a traced seed.

    Args:
        seed: uint32 ``(high, low)`` of ``seed_words``.
        path: Address of the parameter, as in ``rng.derive_key``.

    Returns:
        uint32 of shape ``(4,)``: ``(k0, k1, c2, c3)``, exact.
    """
    encoded = path.encode("utf-8")
    tag = rng.VERSION.encode("utf-8")
    head = len(tag).to_bytes(8, "little") + tag
    message = head + bytes(8) + len(encoded).to_bytes(8, "little") + encoded
    blocks = _blocks(message)
    seeded = blocks.at[0].set(blocks[0] | _placed(seed, len(head)))
    words: Array = _blake2b(seeded, jnp.uint32(len(message)))
    return words


def _placed(seed: Array, offset: int) -> Array:
    """The first block's 32 words with the seed's 8 bytes at ``offset`` and zeros elsewhere."""
    bytes_ = [(seed[1 - word] >> (8 * byte)) & 0xFF for word in range(2) for byte in range(4)]
    block = jnp.zeros(BLOCK, dtype=jnp.uint32).at[offset : offset + 8].set(jnp.stack(bytes_))
    lanes = block.reshape(BLOCK // 4, 4)
    return lanes[:, 0] | lanes[:, 1] << 8 | lanes[:, 2] << 16 | lanes[:, 3] << 24


def _blocks(message: bytes) -> Array:
    """A message as uint32 of shape ``(blocks, 32)``, padded with zeros."""
    padded = message.ljust(-(-len(message) // BLOCK) * BLOCK, b"\0")
    return jnp.asarray(np.frombuffer(padded, dtype="<u4").astype(uint32).reshape(-1, BLOCK // 4))


@jax.jit
def _blake2b(blocks: Array, length: Array) -> Array:
    """BLAKE2b-128; only the number of blocks is static, so that most paths share one program."""
    start = list(INITIAL)
    start[0] ^= 0x01010000 ^ DIGEST
    start[6] ^= int.from_bytes(PERSON, "little")
    state = _vector(start)
    for number, words in enumerate(blocks):
        last = number == len(blocks) - 1
        count = length if last else jnp.uint32((number + 1) * BLOCK)
        state = _compress(state, words, count, last=last)
    return jnp.stack([state.low[0], state.high[0], state.low[1], state.high[1]])


def _compress(state: Wide, words: Array, count: Array, *, last: bool) -> Wide:
    """One block (RFC 7693, section 3.2); lanes of four, as its columns and diagonals are alike."""
    message = Wide(words[0::2], words[1::2])
    tweak = list(INITIAL[4:])
    tweak[2] ^= 0xFFFFFFFFFFFFFFFF if last else 0
    d = _vector(tweak)
    d = Wide(d.low.at[0].set(d.low[0] ^ count), d.high)
    rows = (_rows(state, 0), _rows(state, 4), _vector(list(INITIAL[:4])), d)
    mixed, _ = jax.lax.scan(functools.partial(_round, message), rows, jnp.asarray(_schedule()))
    a, b, c, d = mixed
    halves = integers.xor(a, c), integers.xor(b, d)
    joined = Wide(*(jnp.concatenate(parts) for parts in zip(*halves, strict=True)))
    return integers.xor(state, joined)


Rows = tuple[Wide, Wide, Wide, Wide]


def _round(message: Wide, rows: Rows, order: Array) -> tuple[Rows, None]:
    """Mix the columns, then the diagonals."""
    x = Wide(message.low[order], message.high[order])
    a, b, c, d = _mix(rows, _every_other(x, 0, 8), _every_other(x, 1, 8))
    turned = (a, _roll(b, -1), _roll(c, -2), _roll(d, -3))
    a, b, c, d = _mix(turned, _every_other(x, 8, 16), _every_other(x, 9, 16))
    return (a, _roll(b, 1), _roll(c, 2), _roll(d, 3)), None


def _mix(rows: Rows, x: Wide, y: Wide) -> Rows:
    """The function G (RFC 7693, section 3.1) on four columns at once."""
    a, b, c, d = rows
    for term, (first, second) in zip((x, y), (ROTATIONS[:2], ROTATIONS[2:]), strict=True):
        a = integers.add(integers.add(a, b), term)
        d = integers.rotate_right(integers.xor(d, a), first)
        c = integers.add(c, d)
        b = integers.rotate_right(integers.xor(b, c), second)
    return a, b, c, d


def _schedule() -> NDArray[np.int64]:
    return SIGMA[np.arange(ROUNDS) % len(SIGMA)]


def _vector(numbers: list[int]) -> Wide:
    low = np.array([number & 0xFFFFFFFF for number in numbers], dtype=uint32)
    high = np.array([number >> 32 for number in numbers], dtype=uint32)
    return Wide(jnp.asarray(low), jnp.asarray(high))


def _rows(state: Wide, start: int) -> Wide:
    return Wide(state.low[start : start + 4], state.high[start : start + 4])


def _every_other(x: Wide, start: int, stop: int) -> Wide:
    return Wide(x.low[start:stop:2], x.high[start:stop:2])


def _roll(x: Wide, step: int) -> Wide:
    return Wide(jnp.roll(x.low, step), jnp.roll(x.high, step))
