"""Elementwise functions of a Gaussian signal (Poole et al. 2016, eqs. 3 and 5)."""

import numpy as np

from isometry.graphs import replay
from isometry.graphs.labels import Parts
from isometry.plans.forecast import moments, widths
from isometry.plans.forecast.signal import TINY, Signal


def sigmoid(x: moments.Array) -> moments.Array:
    """``1 / (1 + exp(-x))``."""
    return 1 / (1 + np.exp(-x))


def bent(before: Signal, function: moments.Function) -> Signal:
    """``E φ``, ``E φ²``, and ``E φ φ'`` of two places, for ``φ`` of a Gaussian signal."""
    mean, square, fourth = moments.single(function, before.mean, before.var)

    def joint(moment: float) -> float:
        return moments.pair(function, before.mean, before.var, moment - before.mean**2)

    return Signal(
        mean,
        square,
        square if before.positions == before.square else joint(before.positions),
        joint(before.samples),
        before.layout,
        fourth / max(square**2, TINY),
        before.depth * moments.slope(function, before.mean, before.var) ** 2,
        before.rank,
        alive=before.alive if function(np.zeros(1))[0] == 0 else 1.0,
    )


def function_of(found: Parts, root: int, steps: tuple[int, ...]) -> moments.Function | None:
    """An elementwise region as a function, ``None`` where one of its steps cannot be replayed."""

    def function(x: moments.Array) -> moments.Array:
        with np.errstate(all="ignore"):
            made = replay.replayed(found.links, root, steps, x)
        return x if made is None else np.broadcast_to(np.nan_to_num(made), x.shape)

    known = replay.replayed(found.links, root, steps, np.array([0.5])) is not None
    return function if known else None


def spread_of(signal: Signal) -> float:
    """Relative standard deviation of the mean square of one draw, for tests and notes."""
    return float(np.sqrt(widths.total(signal)))
