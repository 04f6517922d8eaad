"""A failure midway leaves the model as it was, or says what was written."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from isometry import errors, weights
from isometry.frameworks.torch import apply
from tests.frameworks.torch.models import everything, one_scheme, planned, same, values


def fail_after(monkeypatch: pytest.MonkeyPatch, error: BaseException, count: int) -> None:
    """Let ``count`` tensors be written, and raise when the next one is."""
    real, outcomes = weights.write, iter([nothing] * count + [raising(error)])

    def write(*args: Any, **options: Any) -> None:
        outcome = next(outcomes)
        real(*args, **options)
        outcome()

    monkeypatch.setattr(weights, "write", write)


def nothing() -> None:
    """Nothing happens."""


def raising(error: BaseException) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


@pytest.mark.parametrize("error", [MemoryError("no more"), KeyboardInterrupt()])
@pytest.mark.parametrize("after", [0, 5, 12, 20])
def test_an_exception_midway_leaves_the_model_as_it_was(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, after: int
) -> None:
    net: Any = everything()
    before, plan = values(net), planned(net)
    fail_after(monkeypatch, error, after)
    with pytest.raises(type(error)):
        apply(plan, net, seed=9)
    assert same(values(net), before)
    assert torch.isfinite(net.weight_norm(torch.ones(1, 3))).all()


@pytest.mark.parametrize("error", [MemoryError("no more"), KeyboardInterrupt()])
def test_without_copies_the_error_says_what_was_written(
    monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    net: Any = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 2))
    before, plan = values(net), one_scheme(net)
    fail_after(monkeypatch, error, 2)
    with pytest.raises(errors.ApplyError) as caught:
        apply(plan, net, seed=9, backup=0)
    assert caught.value.written == ("0.weight", "0.bias")
    assert caught.value.__cause__ is error
    assert str(caught.value) == (
        f"1.weight: {type(error).__name__}: {error}. 2 of 4 tensors hold new values, and this one "
        "may hold some. Needed: all tensors written. Do: call apply again, which gives the same "
        "weights; a larger backup= would have undone this."
    )
    assert torch.equal(net[1].bias, before["1.bias"])
    assert not torch.equal(net[0].bias, before["0.bias"])
