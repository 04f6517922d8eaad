"""The forecast on a slice of the zoo, held to its targets; the page of measurements has all of it.

Narrow nets need many draws, or the draw is measured and not the rule: the slice is of the cheap.
"""

import functools
import math
import statistics

import numpy as np
import pytest

import isometry as iso
from isometry import plans
from tests.plans.forecast import measuring
from tests.zoo import ZOO, Model

DRAWS = 100
MEDIAN, HIGH, SINGLE = 0.01, 0.06, 0.95
"""Targets: the median error, its 95th percentile, and the share of draws inside the band."""

SLICE = (
    "mlp-norm",
    "film",
    "convnext",
    "mixer",
    "gru-both-ways",
    "gpt-by-hand",
    "encoder-norm-first",
)

pytestmark = pytest.mark.slow


@functools.cache
def held(name: str) -> tuple[tuple[float, ...], tuple[bool, ...]]:
    """Errors of all layers of a model, and which draws fell into the bands."""
    model: Model = next(model for model in ZOO if model.name == name)
    plan = iso.plan(model.build)
    measured = measuring.measured(model.build(), measuring.varied(model.example), plan, DRAWS)
    layers = plans.forecast(measured.graph, plan).layers
    off = tuple(abs(layer.rms / measured.rms(layer.step) - 1) for layer in layers)
    seen = [(one, math.sqrt(draw[one.step])) for draw in measured.draws for one in layers]
    return off, tuple(one.low <= rms <= one.high for one, rms in seen)


def test_the_slice_is_within_the_targets() -> None:
    off = [one for name in SLICE for one in held(name)[0]]
    assert statistics.median(off) <= MEDIAN
    assert np.quantile(off, 0.95) <= HIGH


def test_single_draws_of_the_slice_fall_into_the_band() -> None:
    inside = [one for name in SLICE for one in held(name)[1]]
    assert statistics.fmean(inside) >= SINGLE
