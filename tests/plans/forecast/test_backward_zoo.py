"""A slice of the zoo held to the targets of the backward forecast; the page has all of it."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

import isometry as iso
from isometry import plans
from tests.plans.forecast import backpropagating
from tests.zoo import ZOO

DRAWS = 48

MEDIAN, LARGE, INSIDE = 0.05, 0.20, 0.95
"""Median and 95th percentile of the errors at most, and draws inside the band at least."""

SLICE = ("siren", "lenet", "gru-both-ways", "gpt-by-hand", "convnext", "opt", "distilbert", "vit")

pytestmark = pytest.mark.slow

Pair = tuple[float, tuple[float, float], np.ndarray[tuple[int], np.dtype[np.float64]]]
"""A forecast root mean square, its band, and those of the draws."""


@cache
def pairs() -> tuple[Pair, ...]:
    return tuple(pair for model in ZOO if model.name in SLICE for pair in measured(model.name))


def measured(name: str) -> Iterator[Pair]:
    model = next(one for one in ZOO if one.name == name)
    plan, fixed = iso.plan(model.build), model.example()
    seen = backpropagating.seen(model.build(), lambda _: fixed, plan, DRAWS)
    for layer in plans.forecast(seen.graph, plan).layers:
        made = layer.gradients
        assert made is not None
        outputs, weights = (
            np.sqrt(seen.step(layer.step)),
            np.sqrt(seen.weight(layer.path)),
        )
        yield made.output, (made.output_low, made.output_high), outputs
        yield made.weight, (made.low, made.high), weights


def errors(by: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Relative errors of forecasts that are a factor off."""
    return np.array([abs(by * made / np.sqrt((drawn**2).mean()) - 1) for made, _, drawn in pairs()])


def test_errors_are_within_their_targets() -> None:
    assert np.median(errors(1.0)) <= MEDIAN
    assert np.quantile(errors(1.0), 0.95) <= LARGE


def test_forecasts_that_are_a_quarter_off_are_not() -> None:
    assert np.median(errors(1.25)) > MEDIAN
    assert np.quantile(errors(1.25), 0.95) > LARGE


def test_single_draws_fall_inside_the_band() -> None:
    inside = [((low <= drawn) & (drawn <= high)).mean() for _, (low, high), drawn in pairs()]
    assert np.mean(inside) >= INSIDE
