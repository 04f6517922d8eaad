"""Reductions of one tensor: few passes over it, everything else on a sample of its entries."""

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from isometry.measurements import Histogram, Values

SAMPLE = 2**16
"""Entries that a histogram is made of, at most."""
BINS = 64
SAMPLES = 16
"""Samples, or positions of one, whose cosines are taken."""
FEATURES = 4096
"""Entries of a sample that its cosines are made of."""
CANCELS = 0.99
"""Part of the mean square from which the mean leaves too few digits to the difference; the slower
way of Welford (1962) is taken there."""
QUERIES = 1024
"""Queries whose entropy is taken."""

CHANNELS_SECOND = ("conv", "batch_norm", "instance_norm", "group_norm")
"""Operations whose units lie along the second axis start with one of these."""


def values(tensor: Tensor) -> Values:
    """Moments of a tensor, finite entries or not; two passes where all are finite."""
    flat = _real(tensor).reshape(-1)
    if not flat.numel():
        return Values(0, math.nan, math.nan)
    low, high = (float(end) for end in torch.aminmax(flat))
    mean = float(flat.mean())
    square = float(torch.linalg.vector_norm(flat)) ** 2 / flat.numel()
    if not all(map(math.isfinite, (low, high, mean, square))):
        return _carefully(flat)
    if low == high:
        return Values(flat.numel(), low, 0.0, low, high)
    if mean**2 > CANCELS * square:
        return Values(flat.numel(), mean, float(flat.std(correction=0)), low, high)
    return Values(flat.numel(), mean, math.sqrt(max(square - mean**2, 0.0)), low, high)


def _carefully(flat: Tensor) -> Values:
    """Moments in double precision of the finite entries, the others counted."""
    nans, infinities = int(flat.isnan().sum()), int(flat.isposinf().sum())
    finite = flat[flat.isfinite()].double()
    if not finite.numel():
        return Values(flat.numel(), math.nan, math.nan, nans=nans, infinities=infinities)
    variance, mean = torch.var_mean(finite, correction=0)
    low, high = torch.aminmax(finite)
    std = math.sqrt(float(variance))
    return Values(flat.numel(), float(mean), std, float(low), float(high), nans, infinities)


def _real(tensor: Tensor) -> Tensor:
    """The tensor as one that can be reduced: half precisions would lose or overflow sums."""
    tensor = torch.view_as_real(tensor) if tensor.is_complex() else tensor
    return tensor if tensor.dtype in (torch.float32, torch.float64) else tensor.float()


def strided(flat: Tensor, count: int) -> Tensor:
    """About ``count`` entries, at equal distances that are no power of two."""
    step = flat.numel() // count
    return flat if step < 2 else flat[:: step + 1 - step % 2]


def histogram(tensor: Tensor, seen: Values) -> Histogram | None:
    """How the entries are spread; ``None`` where not all are finite."""
    if seen.broken or not seen.low < seen.high:
        return None
    flat = strided(_real(tensor).reshape(-1), SAMPLE).cpu().numpy()
    counts, _ = np.histogram(flat, BINS, (seen.low, seen.high))
    return Histogram(seen.low, seen.high, tuple(counts.tolist()))


def unit_axis(op: str, tensor: Tensor) -> int:
    """Along which axis a step's units lie."""
    return 1 if op.startswith(CHANNELS_SECOND) and tensor.dim() > 1 else tensor.dim() - 1


def units(tensor: Tensor, axis: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and greatest entry of each unit, both of shape (units,)."""
    others = [i for i in range(tensor.dim()) if i != axis]
    tensor = _real(tensor)
    low = tensor.amin(others) if others else tensor
    high = tensor.amax(others) if others else tensor
    return _array(low), _array(high)


def cosines(rows: Tensor) -> NDArray[np.float64]:
    """Cosine of every two of a few rows, shape (rows, rows); all zero for a row of zeros."""
    flat = _real(rows[:SAMPLES]).reshape(min(len(rows), SAMPLES), -1)
    step = max(flat.shape[1] // FEATURES, 1)
    chosen = functional.normalize(flat[:, ::step].double(), dim=1)
    return _array(chosen @ chosen.T)


def positions(sample: Tensor) -> float:
    """Mean cosine of two of a few positions of one sample, shape (positions, features)."""
    if sample.dim() != 2 or sample.shape[0] < 2:
        return math.nan
    step = max(sample.shape[0] // SAMPLES, 1)
    return off_diagonal(cosines(sample[::step]))


def off_diagonal(gram: NDArray[np.float64]) -> float:
    """Mean of a square matrix without its diagonal."""
    count = len(gram)
    if count < 2:
        return math.nan
    return float((gram.sum() - np.trace(gram)) / (count * (count - 1)))


def entropy(weights: Tensor, logits: Tensor) -> tuple[float, float]:
    """Mean of the queries' entropies over ``log`` of their visible keys, and how many those are.

    Args:
        weights: Attention weights, keys along the last axis.
        logits: What the softmax took; a key is hidden where a mask made that about the least number
            of its dtype. A weight of zero says nothing of it: large logits make many.

    Returns:
        Both; NaN where no query sees two keys.
    """
    rows = _real(weights).reshape(-1, weights.shape[-1])
    hidden = logits < torch.finfo(logits.dtype).min / 4
    visible = ~hidden.expand(weights.shape).reshape(rows.shape)
    step = max(len(rows) // QUERIES, 1)
    rows, seen = rows[::step].double(), visible[::step].sum(1)
    rows, seen = rows[seen > 1], seen[seen > 1].double()
    if not len(rows):
        return math.nan, math.nan
    bits = -torch.special.xlogy(rows, rows).sum(1) / seen.log()
    return float(bits.mean()), float(seen.mean())


def attention(named: dict[str, Any]) -> tuple[float, float, float]:
    """Entropy, visible keys and std of the logits of one sample of fused attention."""
    query, key = (_real(named[name][:1].detach()) for name in ("query", "key"))
    step = max(query.shape[-2] // QUERIES, 1)
    scale = named.get("scale") or query.shape[-1] ** -0.5
    if query.dim() == 4 and query.shape[1] != key.shape[1]:  # grouped queries
        key = key.repeat_interleave(query.shape[1] // key.shape[1], 1)
    logits = query[..., ::step, :] @ key.transpose(-1, -2) * scale
    spread = float(logits.std())
    mask = named.get("attn_mask")
    if mask is not None:
        mask = mask[:1] if mask.dim() == query.dim() else mask
        mask = mask.expand(*logits.shape[:-2], query.shape[-2], -1)[..., ::step, :]
        logits = logits.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else logits + mask
    if named.get("is_causal"):
        past = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool, device=logits.device)
        logits = logits.masked_fill(~past.tril()[::step], -math.inf)
    return (*entropy(logits.softmax(-1), logits), spread)


def _array(tensor: Tensor) -> NDArray[np.float64]:
    found: NDArray[np.float64] = tensor.double().cpu().numpy()
    return found
