"""The law ``v1`` in torch's integer operations, for tensors on any device.

``isometry.rng`` states the law; this is the same arithmetic on int64 tensors, whose values stay
below ``2**32`` between steps. It ends like every engine in one conversion to float32, one
multiplication and one cast, so values are those of the NumPy engine bit for bit.
"""

from collections.abc import Callable, Sequence
from typing import assert_never

import torch
from numpy import int64, uint32
from numpy.typing import NDArray
from torch import Tensor

from isometry import rng

CHUNK = 2**20
"""Elements worked on at a time; the integers take about a hundred bytes an element."""

_WORD = 0xFFFFFFFF
_MIDDLE = 2**31
_STEP_BITS = 8
_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_WEYL = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_LANES = 4


def words(key: rng.Key, start: int, count: int, *, device: torch.device | str = "cpu") -> Tensor:
    """The words ``start .. start + count`` of the key's stream.

    Args:
        key: From ``rng.derive_key``.
        start: Index of the first word.
        count: How many.
        device: Where they are made.

    Returns:
        int64, shape ``(count,)``, on ``device``; exact.

    >>> key = rng.derive_key(0, "fc.weight")
    >>> words(key, 5, 100).tolist() == rng.words(key, 5, 100).tolist()
    True
    """
    first, skip = divmod(start, _LANES)
    blocks = (skip + count + _LANES - 1) // _LANES
    low = torch.arange(blocks, dtype=torch.int64, device=device) + (first & _WORD)
    high = (low >> 32) + (first >> 32)
    lanes = _philox(key, low & _WORD, high & _WORD)
    return torch.stack(lanes, dim=-1).reshape(-1)[skip : skip + count]


def words_at(key: rng.Key, index: Tensor) -> Tensor:
    """The word of each row-major index below ``2**63``, any shape; exact."""
    block = index >> 2
    lanes = torch.stack(_philox(key, block & _WORD, block >> 32), dim=-1)
    return lanes.gather(-1, (index & 3).unsqueeze(-1)).squeeze(-1)


def values(word: Tensor, law: rng.Law) -> Tensor:
    """The float32 value of each word; exact."""
    integer = law.integer
    q = word
    if integer.span:
        q = integer.base + _mulhi(word, integer.span)
    match integer.family:
        case "lattice":
            number = integer.offset + (q << integer.shift)
        case "normal":
            number = integer.offset + _normal(q, integer.shift)
        case _:
            assert_never(integer.family)
    return number.to(torch.float32) * integer.scale


def fill(out: Tensor, key: rng.Key, law: rng.Law, *, start: int = 0) -> None:
    """Write the elements from ``start`` on into ``out``, in row-major order of its shape.

    Args:
        out: Any shape, strides, device and floating dtype; written in place.
        key: From ``rng.derive_key``.
        law: Any law.
        start: Row-major index of the first element in the whole tensor.
    """
    with torch.no_grad():
        for first, piece in _pieces(out.detach()):
            word = words(key, start + first, piece.numel(), device=out.device)
            piece.copy_(values(word, law).reshape(piece.shape))


def fill_box(
    out: Tensor,
    key: rng.Key,
    law: rng.Law,
    *,
    shape: tuple[int, ...],
    runs: Sequence[Sequence[tuple[int, int]]],
) -> None:
    """Write a shard: per dimension the selected ranges of the whole tensor of ``shape``."""
    index = torch.zeros((), dtype=torch.int64, device=out.device)
    for extent, ranges in zip(shape, runs, strict=True):
        chosen = [torch.arange(start, stop, device=out.device) for start, stop in ranges]
        along = torch.cat(chosen) if chosen else torch.zeros(0, device=out.device)
        index = index.unsqueeze(-1) * extent + along.to(torch.int64)
    with torch.no_grad():
        flat = index.reshape(-1)
        for first, piece in _pieces(out.detach()):
            word = words_at(key, flat[first : first + piece.numel()])
            piece.copy_(values(word, law).reshape(piece.shape))


def _pieces(out: Tensor) -> list[tuple[int, Tensor]]:
    """Views of ``out`` of about ``CHUNK`` elements, each with its first element's index."""
    if out.ndim == 0 or out.numel() <= CHUNK:
        return [(0, out)]
    row = out[0].numel()
    if row > CHUNK:
        return [
            (at * row + first, piece) for at in range(len(out)) for first, piece in _pieces(out[at])
        ]
    step = CHUNK // row
    return [(at * row, out[at : at + step]) for at in range(0, len(out), step)]


def _philox(key: rng.Key, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    k0, k1, c2, c3 = key.words
    x0, x1, x2, x3 = low, high, torch.full_like(low, c2), torch.full_like(low, c3)
    for step in range(_ROUNDS):
        # int64 products wrap modulo 2**64, which keeps all their 64 bits.
        near, far = x0 * _MULTIPLIERS[0], x2 * _MULTIPLIERS[1]
        x0 = (far >> 32 & _WORD) ^ x1 ^ (k0 + step * _WEYL[0] & _WORD)
        x2 = (near >> 32 & _WORD) ^ x3 ^ (k1 + step * _WEYL[1] & _WORD)
        x1, x3 = far & _WORD, near & _WORD
    return x0, x1, x2, x3


def _mulhi(word: Tensor, factor: int | Tensor) -> Tensor:
    return word * factor >> 32 & _WORD


def _normal(q: Tensor, shift: int) -> Tensor:
    """The unit normal law of each word, in units of ``2**(shift - 27)``."""
    upper = q >= _MIDDLE
    u = 2 * torch.where(upper, _WORD - q, q) + 1
    octave = _log2(u)
    mantissa = u << (31 - octave)
    node = (octave << _STEP_BITS) + (mantissa >> (31 - _STEP_BITS)) - (1 << _STEP_BITS)
    place = mantissa << (1 + _STEP_BITS) & _WORD
    z = _table(rng.normal_nodes, q.device)[node]
    z = z - _mulhi(_table(rng.normal_drops, q.device)[node], place)
    z = z + ((1 << shift) >> 1) >> shift
    return torch.where(upper, z, -z)


def _log2(u: Tensor) -> Tensor:
    """Position of the highest set bit, by bisection: exact where a float logarithm need not be."""
    position = torch.zeros_like(u)
    for step in (16, 8, 4, 2, 1):
        above = (u >> step > 0).to(torch.int64) * step
        position, u = position + above, u >> above
    return position


def _table(source: Callable[[], NDArray[uint32]], device: torch.device) -> Tensor:
    return torch.from_numpy(source().astype(int64)).to(device)
