"""The loop by hand, which the fits of trainers are held to."""

import math

import pytest
import torch
from torch import nn

import isometry as iso
from isometry.measurements import metrics
from tests.integrations import fits

NAMES = ("act_slope", "delta_slope", "chi", "dead_frac", "sat_frac", "update_log10", "grad_log10")


def net(*, drop: float = 0.0) -> nn.Module:
    return fits.started(fits.Net(drop=drop))


def test_a_step_is_told_behind_the_update(calls: list[str]) -> None:
    model = net()
    with iso.Monitor(model, every=2) as monitor:
        fits.train(model, fits.batches()[:3], monitor.step, clip=1.0)
    step = ["clip", "update", "step"]
    assert calls == ["arm", *step, *step, "arm", *step, "close"]


@pytest.mark.parametrize("first", ["clip", "look"])
def test_gradients_are_those_of_the_moment_that_is_chosen(first: str) -> None:
    model, batch = net(), fits.batches()[0]
    whole = fits.sizes_of_gradients(model, batch)
    with iso.Monitor(model) as monitor:
        fits.error(model(batch[0]), batch[1]).backward()
        calls = {
            "clip": lambda: torch.nn.utils.clip_grad_norm_(model.parameters(), 1e-3),
            "look": monitor.gradients,
        }
        for call in (calls.pop(first), *calls.values()):
            call()
        made = monitor.step()
    assert made is not None
    found = {one.path: one.grad_norm for one in made.layers}
    assert (found == pytest.approx(whole, rel=1e-6)) == (first == "look")
    assert (math.hypot(*found.values()) <= 1e-3) == (first == "clip")


@pytest.mark.parametrize(("gather", "steps"), [(1, [0, 3, 6]), (2, [0, 3])])
def test_a_step_is_one_of_the_optimizer(gather: int, steps: list[int]) -> None:
    told = fits.by_hand(net(), fits.batches(), every=3, gather=gather)
    assert [step for step, _ in told] == steps


def test_a_sink_is_told_eight_numbers_unless_it_wants_more() -> None:
    model, told = net(), fits.Told()
    with iso.Monitor(model, every=3, sinks=[told]) as monitor:
        fits.train(model, fits.batches(), monitor.step)
    assert set(told.records[0][1]) == {f"isometry/summary/{name}" for name in (*NAMES, "loss")}
    assert told.records == [(one.step, metrics(one)) for one in monitor.history]
    assert told.closed == 1


def test_numbers_of_another_order_of_batches_differ() -> None:
    """The control of every comparison of a trainer with the loop by hand."""
    forth = fits.by_hand(net(), fits.batches(), every=3)
    back = fits.by_hand(net(), reversed(fits.batches()), every=3)
    assert forth == fits.close_to(fits.by_hand(net(), fits.batches(), every=3))
    assert forth != fits.close_to(back)


def test_nothing_is_left_and_chance_is_untouched() -> None:
    plain, watched = net(drop=0.2), net(drop=0.2)
    torch.manual_seed(3)
    fits.train(plain, fits.batches())
    state = torch.get_rng_state()
    torch.manual_seed(3)
    fits.by_hand(watched, fits.batches(), every=2)
    assert torch.equal(torch.get_rng_state(), state)
    assert iso.fingerprint(watched) == iso.fingerprint(plain)
    assert fits.traces(watched) == []


def test_what_is_left_would_be_found() -> None:
    model = net()
    monitor = iso.Monitor(model)
    monitor.arm()
    with monitor.listening():
        assert "a function mode" in fits.traces(model)
    assert "one._forward_hooks" in fits.traces(model)
    monitor.close()
    model.training_step = lambda: None  # type: ignore[assignment]  # as a wrapper would be left
    assert fits.traces(model) == [".training_step"]
