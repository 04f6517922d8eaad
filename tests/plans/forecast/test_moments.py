"""Integrals of the forecast against plain simulation; each simulation rejects the naive value."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from isometry.plans.forecast import attention, mapping, moments

DRAWS = 400_000


def correlated(var: float, covariance: float, among: int) -> moments.Array:
    rng = np.random.default_rng(7)
    shared = np.sqrt(covariance) * rng.standard_normal((DRAWS, 1))
    return np.asarray(shared + np.sqrt(var - covariance) * rng.standard_normal((DRAWS, among)))


def relu(x: moments.Array) -> moments.Array:
    return np.asarray(np.maximum(x, 0.0))


@pytest.mark.parametrize("function", [relu, np.tanh, np.abs], ids=["relu", "tanh", "abs"])
def test_a_pair_meets_simulation_and_independence_does_not(function: moments.Function) -> None:
    x = 0.3 + correlated(1.4, 0.8, 2)
    simulated = np.mean(function(x[:, 0]) * function(x[:, 1]))
    assert moments.pair(function, 0.3, 1.4, 0.8) == pytest.approx(simulated, rel=0.01)
    assert moments.pair(function, 0.3, 1.4, 0.0) != pytest.approx(simulated, rel=0.01)


def test_a_pair_of_negative_covariance_meets_simulation() -> None:
    x = correlated(1.0, 0.5, 2)
    simulated = np.mean(relu(x[:, 0]) * relu(-x[:, 1]))
    assert moments.pair(relu, 0.0, 1.0, -0.5) == pytest.approx(simulated, rel=0.02)


def test_the_largest_of_correlated_places_meets_simulation() -> None:
    x = correlated(1.0, 0.4, 9)
    found = moments.largest(relu, 0.0, 1.0, 0.4, among=9)
    assert found[0] == pytest.approx(relu(x.max(1)).mean(), rel=0.01)
    assert found[1] == pytest.approx((relu(x.max(1)) ** 2).mean(), rel=0.01)
    independent = moments.largest(relu, 0.0, 1.0, 0.0, among=9)
    assert independent[1] != pytest.approx((relu(x.max(1)) ** 2).mean(), rel=0.01)


def test_relu_carries_a_wrong_variance_on_and_tanh_less() -> None:
    assert moments.slope(relu, 0.0, 1.0) == pytest.approx(1.0, abs=1e-6)
    assert 0.3 < moments.slope(np.tanh, 0.0, 1.0) < 0.7


def test_steepness_of_relu_is_one_half() -> None:
    assert moments.steepness(relu, 0.0, 2.0) == pytest.approx(0.5, abs=1e-3)
    assert moments.steepness(np.tanh, 0.0, 1.0) == pytest.approx(0.4644, abs=1e-3)


def softmax(x: moments.Array) -> moments.Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(e / e.sum(-1, keepdims=True))


def causal_weights(keys: int, var: float) -> moments.Array:
    logits = np.sqrt(var) * np.random.default_rng(3).standard_normal((4000, keys, keys))
    return softmax(np.where(np.tril(np.ones((keys, keys))) > 0, logits, -np.inf))


def test_a_causal_mix_meets_simulation_and_the_full_one_does_not() -> None:
    weights = causal_weights(12, 1.0)
    same = (weights**2).sum(-1).mean()
    total = (weights.sum(1) ** 2).sum(-1).mean() - (weights**2).sum((1, 2)).mean()
    found = attention.mix(12, 1.0, attention.causal(12))
    assert found.same == pytest.approx(same, rel=0.01)
    assert found.other == pytest.approx(total / (12 * 11), rel=0.03)
    assert attention.mix(12, 1.0).same != pytest.approx(same, rel=0.01)


@pytest.mark.parametrize(
    ("length", "outputs", "kernel", "steps", "expected"),
    [
        (4, 4, 3, (1, 1, 1), 10 / 4),
        (4, 2, 3, (1, 0, 1), 3.0),
        (8, 4, 3, (2, 1, 1), 11 / 4),
        (5, 5, 3, (1, 2, 2), 11 / 5),
    ],
)
def test_taps_that_fall_on_values_are_counted(
    length: int, outputs: int, kernel: int, steps: mapping.Steps, expected: float
) -> None:
    hits = mapping.hits("conv", length, outputs, kernel, steps)
    assert hits.sum(1).mean() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("kernel", "steps"), [(4, (2, 1, 1)), (3, (1, 1, 1)), (3, (3, 0, 2)), (5, (2, 2, 1))]
)
def test_taps_of_a_transposed_convolution_are_those_of_torch(
    kernel: int, steps: tuple[int, int, int]
) -> None:
    ones, (stride, pad, dilation) = torch.ones(1, 1, kernel), steps
    out = functional.conv_transpose1d(
        torch.ones(1, 1, 6), ones, stride=stride, padding=pad, dilation=dilation
    )
    hits = mapping.hits("conv_transpose", 6, out.shape[-1], kernel, steps)
    assert hits.sum(1).tolist() == out[0, 0].int().tolist()
