"""How far softmax over random logits averages."""

from functools import lru_cache

from isometry import theory
from isometry.plans.forecast.signal import Mix

LARGEST_LOGIT_VAR = 25.0


def mix(keys: int, logit_var: float, *, causal: bool) -> Mix:
    """``E Σ a²`` of one query and ``E Σ a a'`` of two, over keys of independent logits.

    A causal mask leaves query ``t`` the first ``t`` keys, and two queries what the earlier one sees.
    """
    if not causal:
        return Mix(_same(keys, round(logit_var, 6)), 1.0 / keys)
    same = sum(weight * _same(t, round(logit_var, 6)) for t, weight in _steps(keys))
    return Mix(same, _overlap(keys))


@lru_cache(maxsize=256)
def _overlap(keys: int) -> float:
    """``E 1/max(t, t')`` over two different queries ``t, t'`` of as many keys."""
    if keys == 1:
        return 1.0
    return sum(2 * (t - 1) / t for t in range(2, keys + 1)) / (keys * (keys - 1))


def _steps(keys: int) -> list[tuple[int, float]]:
    """Numbers of visible keys with their weights; thinned out where there are many."""
    if keys <= 64:
        return [(t, 1 / keys) for t in range(1, keys + 1)]
    stops = sorted({1, 2, 3, 4, *(round(4 * (keys / 4) ** (i / 40)) for i in range(41))})
    edges = [0, *stops]
    return [(stop, (stop - edges[i]) / keys) for i, stop in enumerate(stops)]


@lru_cache(maxsize=4096)
def _same(keys: int, logit_var: float) -> float:
    if keys == 1 or logit_var <= 0:
        return 1.0 / keys
    return theory.softmax_moments(keys, logit_var=min(logit_var, LARGEST_LOGIT_VAR)).m2 / keys
