import copy
import json
import math
from typing import Any

import pytest
import torch
from torch import nn

import isometry as iso
from isometry.calibrations import Balance, Change, Clip, Gain, Renew, Revive, Shrink
from isometry.frameworks.torch.dynamics.works import WORKS
from tests.frameworks.torch.dynamics import nets

ALL = (
    Revive(tau=0.2, every=3),
    Renew(rate=0.05, maturity=2, decay=0.9),
    Balance(every=4),
    Gain(steps=6),
    Clip(limit=0.05),
    Shrink(factor=0.9, every=5),
)


def adam(net: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.Adam(net.parameters(), lr=0.02)


def train(net: nn.Module, x: torch.Tensor, optimizer: torch.optim.Optimizer, steps: int) -> None:
    for _ in range(steps):
        nets.step(net, x, optimizer)


def test_what_was_done_is_recorded_and_json_can_hold_it() -> None:
    net, x = nets.mlp()
    optimizer = adam(net)
    with iso.dynamic(net, optimizer, ALL, example=x) as kept:
        train(net, x, optimizer, 10)
    assert {one.part for one in kept.changes} == {part.name for part in ALL}
    told = json.loads(json.dumps([one.to_data() for one in kept.changes], allow_nan=False))
    assert Change.from_data(told[0]) == kept.changes[0]


def test_after_removal_training_goes_on_alone() -> None:
    (net, x), (other, _) = nets.mlp(), nets.mlp()
    optimizer, plain = adam(net), adam(other)
    iso.dynamic(net, optimizer, ALL, example=x).remove()
    train(net, x, optimizer, 5)
    train(other, x, plain, 5)
    assert nets.equal(nets.state(net, optimizer), nets.state(other, plain))
    assert not any(module._forward_pre_hooks for module in net.modules())


@pytest.mark.parametrize("stop", [1, 4, 7])
def test_resumption_is_bit_for_bit(stop: int) -> None:
    net, x = nets.mlp()
    optimizer = adam(net)
    whole = iso.dynamic(net, optimizer, ALL, example=x, seed=3)
    train(net, x, optimizer, stop)
    saved = copy.deepcopy((net.state_dict(), optimizer.state_dict(), whole.state_dict()))
    train(net, x, optimizer, 12 - stop)

    again, _ = nets.mlp(seed=9)
    second = adam(again)
    resumed = iso.dynamic(again, second, ALL, example=x, seed=3)
    again.load_state_dict(saved[0])
    second.load_state_dict(saved[1])
    resumed.load_state_dict(saved[2])
    train(again, x, second, 12 - stop)
    assert nets.equal(nets.state(net, optimizer), nets.state(again, second))
    assert list(map(str, resumed.changes)) == list(map(str, whole.changes))


def test_resumption_without_its_state_is_another_run() -> None:
    """The control: the parts' own state matters."""
    net, x = nets.mlp()
    optimizer = adam(net)
    with iso.dynamic(net, optimizer, ALL, example=x, seed=3):
        train(net, x, optimizer, 4)
        saved = copy.deepcopy((net.state_dict(), optimizer.state_dict()))
        train(net, x, optimizer, 8)
    again, _ = nets.mlp()
    second = adam(again)
    again.load_state_dict(saved[0])
    second.load_state_dict(saved[1])
    with iso.dynamic(again, second, ALL, example=x, seed=3):
        train(again, x, second, 8)
    assert not nets.equal(nets.state(net, optimizer), nets.state(again, second))


def test_the_state_of_other_parts_is_refused() -> None:
    net, x = nets.mlp()
    saved = iso.dynamic(net, adam(net), Clip(), example=x).state_dict()
    other = iso.dynamic(net, adam(net), Clip(limit=0.5), example=x)
    with pytest.raises(iso.errors.MismatchError, match=r"the state is of .*0\.1.*one of .*0\.5"):
        other.load_state_dict(saved)


@pytest.mark.parametrize("named", [False, True])
def test_gradients_that_a_closure_makes_are_clipped(*, named: bool) -> None:
    (net, x), (other, _) = nets.mlp(), nets.mlp()
    optimizer, plain = (torch.optim.SGD(one.parameters(), lr=0.1) for one in (net, other))
    iso.dynamic(net, optimizer, Clip(limit=0.01), example=x)
    iso.dynamic(other, plain, Clip(limit=0.01), example=x)
    nets.step(other, x, plain)

    def closure() -> torch.Tensor:
        loss = (net(x) - 1).square().mean()
        loss.backward()
        return loss  # type: ignore[no-any-return]  # torch's call

    optimizer.step(closure=closure) if named else optimizer.step(closure)
    assert nets.equal(nets.state(net, optimizer), nets.state(other, plain))


def test_a_part_that_fails_leaves_all_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    (net, x), (other, _) = nets.mlp(), nets.mlp()
    optimizer, plain = adam(net), adam(other)
    iso.dynamic(net, optimizer, [Balance(every=2), Clip()], example=x)
    iso.dynamic(other, plain, Clip(), example=x)
    train(other, x, plain, 2)
    train(net, x, optimizer, 1)

    def broken(*_: Any) -> None:
        raise ValueError("no memory left")

    module = "isometry.frameworks.torch.dynamics.balancing.refuse_another"
    monkeypatch.setattr(module, broken)
    with pytest.raises(iso.errors.ModelError) as caught:
        train(net, x, optimizer, 1)
    assert str(caught.value) == (
        "balance failed at step 2 and nothing of it stays: no memory left. "
        "Needed: a model that the part can act on. "
        "Do: mend what it says, or leave balance out."
    )
    assert nets.equal(nets.state(net, optimizer), nets.state(other, plain))


def test_fresh_weights_differ_from_step_to_step() -> None:
    net, x = nets.mlp()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    drawn = []
    with iso.dynamic(net, optimizer, Revive(every=1), example=x, seed=1) as kept:
        for _ in range(2):
            with torch.no_grad():
                net.get_parameter("0.bias")[0] = -100.0
            nets.step(net, x, optimizer)
            drawn.append(net.get_parameter("0.weight")[0].detach().clone())
    assert [one.step for one in kept.changes] == [1, 2]
    assert not torch.equal(*drawn)
    assert [one.difference for one in kept.changes] == [0.0, 0.0]


def test_the_graph_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    net, x = nets.mlp()
    optimizer = adam(net)
    plan = iso.plan(net, x, recipe="he")
    iso.dynamic(net, optimizer, [Balance(every=1), Revive(every=1)], example=x, plan=plan)
    monkeypatch.delattr("isometry.frameworks.torch.dynamics.scene.graph")
    train(net, x, optimizer, 2)


def test_a_gradient_scaler_is_seen_through() -> None:
    """A fused optimizer gets scaled gradients, and divides them itself."""
    results = []
    for scale in (1.0, 1024.0):
        net, x = nets.mlp()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, fused=True)
        scaler = torch.amp.GradScaler("cpu", init_scale=scale)
        with iso.dynamic(net, optimizer, Clip(limit=0.01), example=x) as kept:
            loss = (net(x) - 1).square().mean()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
        results.append(([*net.parameters()], [one.path for one in kept.changes]))
    assert results[0][1] == results[1][1] != []
    torch.testing.assert_close(results[0][0], results[1][0], rtol=1e-6, atol=1e-7)


def test_wrappers_are_seen_through() -> None:
    net, x = nets.mlp()
    compiled = torch.compile(net, backend="eager")
    optimizer = adam(net)
    with iso.dynamic(compiled, optimizer, [Balance(every=1), Clip(1e-3)], example=x) as kept:
        nets.step(net, x, optimizer)
    assert {one.path for one in kept.changes} >= {"0.weight", "2.weight"}


def test_what_renew_cannot_hear_is_refused() -> None:
    net, x = nets.mlp()
    compiled = torch.compile(net, backend="eager")
    with pytest.raises(iso.errors.InputError, match="this model is compiled or parallel"):
        iso.dynamic(compiled, adam(net), "renew", example=x, plan=iso.plan(net, x, recipe="he"))


def test_shards_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    net, x = nets.mlp()
    monkeypatch.setattr("isometry.frameworks.torch.kinds.is_dtensor", lambda _: True)
    with pytest.raises(iso.errors.ModelError) as caught:
        iso.dynamic(net, adam(net), "clip", example=x)
    assert str(caught.value) == (
        "0.weight: the parameter is sharded. "
        "Needed: parameters that are whole on each rank. "
        "Do: use data parallelism without shards, or train without dynamic."
    )


def test_the_optimizer_of_another_model_is_refused() -> None:
    (net, x), (other, _) = nets.mlp(), nets.mlp()
    with pytest.raises(iso.errors.InputError, match="trains no parameter of the model"):
        iso.dynamic(net, adam(other), "clip", example=x)


def test_every_part_is_done_by_something() -> None:
    assert set(WORKS) == set(iso.calibrations.PARTS.values())


def test_lbfgs_is_refused() -> None:
    net, x = nets.mlp()
    with pytest.raises(iso.errors.InputError, match="LBFGS remembers whole steps"):
        iso.dynamic(net, torch.optim.LBFGS(net.parameters()), "clip", example=x)


def test_without_a_plan_fresh_weights_are_those_of_the_models_own_code() -> None:
    net, x = nets.mlp()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    with iso.dynamic(net, optimizer, Shrink(factor=0.0, every=1), example=x):
        nets.step(net, x, optimizer)
    greatest = float(net.get_parameter("0.weight").detach().abs().max())
    assert 0.9 / math.sqrt(6) < greatest <= 1 / math.sqrt(6)  # torch's own uniform law


def test_the_torch_door_asks_for_a_plan() -> None:
    net, x = nets.mlp()
    with pytest.raises(iso.errors.InputError, match="revive draws weights and there is no plan"):
        iso.torch.Dynamic(net, adam(net), "revive", example=x)


def test_frozen_weights_and_weights_that_the_plan_keeps_stay() -> None:
    net, x = nets.mlp()
    net.get_parameter("4.weight").requires_grad = False
    with torch.no_grad():
        net.get_parameter("0.bias")[0] = net.get_parameter("2.bias")[0] = -100.0
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    before = iso.fingerprint(net)
    plan = iso.plan(net, x, recipe="he", skip=["0.weight"])
    with iso.dynamic(net, optimizer, Revive(every=1), example=x, plan=plan) as kept:
        nets.step(net, x, optimizer)
    assert kept.changes == ()
    assert iso.fingerprint(net) == before


class Wrapper(torch.optim.Optimizer):
    """As Accelerate wraps: an optimizer by its type that was never one by itself."""

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self.optimizer = optimizer


def test_a_wrapped_optimizer_is_seen_through() -> None:
    net, x = nets.mlp()
    optimizer = adam(net)
    with iso.dynamic(net, Wrapper(optimizer), Balance(every=1), example=x) as kept:
        nets.step(net, x, optimizer)
    assert [one.path for one in kept.changes] == ["0.weight", "2.weight"]
