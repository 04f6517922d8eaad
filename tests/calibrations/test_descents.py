"""Descents against torch's own Adam, and a state that comes back to the last bit."""

import json

import numpy as np
import torch

from isometry.calibrations import Descent

GRADIENTS = np.random.default_rng(0).uniform(-1.0, 1.0, (20, 3))


def test_steps_are_those_of_adam() -> None:
    descent, rival = Descent.start(3), torch.ones(3, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([rival], lr=0.01)
    for gradient in GRADIENTS:
        descent = descent.adam(gradient, 0.01, np.zeros(3))
        rival.grad = torch.from_numpy(gradient)
        adam.step()
    np.testing.assert_allclose(descent.scales, rival.detach().numpy(), rtol=1e-12)


def test_each_objective_has_its_own_momentum() -> None:
    first = Descent.start(1).adam(np.ones(1), 0.1, np.zeros(1), objective=0)
    both = first.adam(-np.ones(1), 0.1, np.zeros(1), objective=1)
    np.testing.assert_allclose(first.scales, 0.9)
    np.testing.assert_allclose(both.scales, 1.0)  # with a shared momentum it would stay below


def test_a_scale_keeps_its_bound() -> None:
    descent = Descent.start(1)
    for _ in range(50):
        descent = descent.adam(np.ones(1), 0.1, np.full(1, 0.25))
    assert descent.scales.tolist() == [0.25]


def test_signed_steps_go_by_the_norm_and_gather_momentum() -> None:
    descent = Descent.start(1)
    for _ in range(2):
        descent = descent.signed(np.array([7.0]), np.array([10.0]), 0.1, 0.9)
    np.testing.assert_allclose(descent.scales, [(10.0 - 0.1 - 0.19) / 10.0])


def test_a_state_comes_back_to_the_last_bit() -> None:
    descent = Descent.start(3)
    for gradient in GRADIENTS:
        descent = descent.adam(gradient, 0.01, np.zeros(3), objective=1)
    back = Descent.from_data(json.loads(json.dumps(descent.to_data())))
    assert back.scales.tobytes() == descent.scales.tobytes()
    assert back.first.tobytes() == descent.first.tobytes()
    assert (back.step, back.counts) == (20, (0, 20))
