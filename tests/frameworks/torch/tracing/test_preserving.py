"""A capture leaves a model as it was, bit for bit, whatever its forward does and how it ends."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from isometry import errors
from isometry.frameworks.torch.tracing import capture
from isometry.frameworks.torch.tracing.preserving import preserved


class Restless(nn.Module):
    """A forward that changes all that it can reach."""

    def __init__(self, *, fails: bool) -> None:
        super().__init__()
        self.linear, self.norm = nn.Linear(4, 4), nn.BatchNorm1d(4)
        self.register_buffer("count", torch.zeros(3))
        self.fails, self.seen, self.memory = fails, 0, [1.0]
        self.named = {"a": 1}
        self.norm.train()

    def forward(self, x: Tensor) -> Any:
        self.seen += 1
        self.memory.append(2.0)
        self.named["b"] = 2
        self.last = x
        self.get_buffer("count").add_(1)
        self.register_buffer("late", torch.ones(2))
        self.linear.register_forward_hook(lambda *_: None)
        self.norm.eval()
        torch.rand(3), random.random(), np.random.rand()  # noqa: NPY002 - the old one is global
        assert not self.fails
        return self.norm(self.linear(x))


def state(model: nn.Module) -> list[str]:
    """All that a model holds, and the generators, as text that any change changes."""
    held = [
        {k: v for k, v in sorted(vars(module).items()) if k != "_modules"}
        for module in model.modules()
    ]
    legacy = np.random.get_state()  # noqa: NPY002 - the old generator is global
    generators = [torch.get_rng_state().tolist(), random.getstate(), legacy]
    return [repr(held), repr(generators)]


MODELS: tuple[Callable[[], nn.Module], ...] = (
    lambda: Restless(fails=False),
    lambda: Restless(fails=True),
    lambda: nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5)).train(),
    lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(4, 4)),
)


def tried(model: nn.Module, example: Any) -> None:
    """A capture that may fail."""
    try:
        capture(model, example)
    except errors.ModelError:
        return


@pytest.mark.parametrize("make", MODELS)
def test_a_capture_leaves_the_model_as_it_was(make: Callable[[], nn.Module]) -> None:
    torch.manual_seed(0)
    model = make()
    before, values = state(model), [t.clone() for t in model.state_dict().values()]
    tried(model, torch.ones(3, 4))
    assert state(model) == before
    assert all(map(torch.equal, model.state_dict().values(), values))


def test_an_unprotected_forward_changes_it() -> None:
    model = Restless(fails=False)
    before = state(model)
    model(torch.ones(3, 4))
    after = state(model)
    assert [a != b for a, b in zip(after, before, strict=True)] == [True, True]


def test_every_mode_is_put_back_by_itself() -> None:
    model = nn.Sequential(nn.Dropout(), nn.Dropout()).train()
    model[0].eval()
    with preserved(model):
        inside = [module.training for module in model.modules()]
    assert inside == [False, False, False]
    assert [module.training for module in model.modules()] == [True, False, True]


def test_no_hook_of_all_modules_is_left_after_a_failure() -> None:
    hooks = torch.nn.modules.module
    before = (dict(hooks._global_forward_pre_hooks), dict(hooks._global_forward_hooks))
    tried(Restless(fails=True), torch.ones(3, 4))
    assert (dict(hooks._global_forward_pre_hooks), dict(hooks._global_forward_hooks)) == before


def test_a_forward_that_fails_is_told_with_every_attempt() -> None:
    with pytest.raises(errors.ModelError, match=r"Restless: the forward failed \(.*AssertionError"):
        capture(Restless(fails=True), torch.ones(3, 4))
