"""Calibrations that are stopped: by Ctrl-C from another process, and at awkward moments."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import isometry as iso
from isometry.frameworks.torch.calibrating import iterating, krahenbuhl
from tests.frameworks.torch.calibrating.nets import mlp, normal, same, scaled, seeded, state
from tests.frameworks.torch.calibrating.test_iterating import LABELS, spoiled

STOPPED = """
import json
import torch
import isometry as iso
from isometry.frameworks.torch.calibrating import krahenbuhl
from tests.frameworks.torch.calibrating.nets import normal, state
from tests.frameworks.torch.calibrating.test_iterating import Stops, spoiled
torch.set_num_threads(1)

def asks(function, at):
    calls = iter(range(10**9))
    def asking(*args):
        if next(calls) == at:
            print("now", flush=True)
        return function(*args)
    return asking

krahenbuhl.rates = asks(krahenbuhl.rates, 3)
endless = {"steps": 10**6, "patience": 10**6, "every": 1}
options = {"gradinit": endless, "metainit": endless, "krahenbuhl": {"rounds": 10**6}}
for method, given in options.items():
    net, start = spoiled(), state(spoiled())
    loss = asks(Stops(None, -1), 60)
    record = iso.calibrate(net, normal(64, 32), method, loss=loss, **given)
    scales = {path: float((one / start[path]).median()) for path, one in state(net).items()}
    furthest = max(abs(scales[one.path] / one.factors[0] - 1) for one in record)
    told = [record.ended, record.before, record.after, record.steps, furthest]
    print(json.dumps(told), flush=True)
"""


@pytest.fixture(scope="module")
def stopped() -> dict[str, list[Any]]:
    """What a process of its own tells of methods that another process has stopped by SIGINT."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    told = {}
    with subprocess.Popen(
        [sys.executable, "-c", STOPPED], env=environment, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        for method in ("gradinit", "metainit", "krahenbuhl"):
            assert child.stdout.readline() == "now\n"
            child.send_signal(signal.SIGINT)
            told[method] = json.loads(child.stdout.readline())
    assert child.returncode == 0
    return told


@pytest.mark.slow
@pytest.mark.parametrize("method", ["gradinit", "metainit"])
def test_a_signal_leaves_the_best_state_and_a_record_of_it(
    stopped: dict[str, list[Any]], method: str
) -> None:
    ended, before, after, steps, furthest = stopped[method]
    assert ended == "interrupted"
    assert after < before
    assert 0 < steps < 10**6
    assert furthest < 1e-5


@pytest.mark.slow
def test_a_signal_leaves_whole_rounds(stopped: dict[str, list[Any]]) -> None:
    assert stopped["krahenbuhl"][0] == "interrupted"


class Halts:
    """Takes the place of a function and raises at its ``at``-th call, once."""

    def __init__(self, function: Any, problem: BaseException, at: int) -> None:
        self.function, self.problem, self.at, self.calls = function, problem, at, 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        if self.calls == self.at:
            raise self.problem
        return self.function(*args, **kwargs)


def test_an_interruption_while_the_best_is_written_writes_it_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: dict[str, Any] = {"loss": LABELS, "steps": 10, "every": 1}
    whole, net = spoiled(), spoiled()
    iso.calibrate(whole, normal(64, 32), "gradinit", **given)

    def half(trials: Any, scales: Any) -> None:
        monkeypatch.undo()
        iterating._set(trials, np.where(np.arange(len(scales)) < 3, scales, 1.0))
        raise KeyboardInterrupt

    monkeypatch.setattr(iterating, "_set", half)
    with pytest.raises(KeyboardInterrupt):
        iso.calibrate(net, normal(64, 32), "gradinit", **given)
    assert same(state(whole), state(net))
    assert not same(state(whole), state(spoiled()))


@pytest.mark.parametrize("at", [2, 5])
def test_a_state_that_is_being_replaced_stays_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, at: int
) -> None:
    file = tmp_path / "state.json"
    given: dict[str, Any] = {"loss": LABELS, "steps": 8, "every": 1, "resume": str(file)}
    monkeypatch.setattr(os, "replace", Halts(os.replace, KeyboardInterrupt(), at))
    record = iso.calibrate(spoiled(), normal(64, 32), "gradinit", **given)
    assert record.ended == "interrupted"
    assert json.loads(file.read_text())["descent"]["step"] == at - 1
    whole, parts = spoiled(), spoiled()
    iso.calibrate(parts, normal(64, 32), "gradinit", **given)
    iso.calibrate(whole, normal(64, 32), "gradinit", **given | {"resume": ""})
    assert same(state(whole), state(parts))


def balanced(rounds: int) -> nn.Module:
    net = scaled(seeded(mlp), 3.0, 3.0)
    iso.calibrate(net, normal(64, 32), "krahenbuhl", rounds=rounds)
    return net


@pytest.mark.parametrize("name", ["rates", "equalising"])
def test_krahenbuhls_method_keeps_the_rounds_that_were_done(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    expected, net = balanced(3), scaled(seeded(mlp), 3.0, 3.0)
    monkeypatch.setattr(krahenbuhl, name, Halts(getattr(krahenbuhl, name), KeyboardInterrupt(), 4))
    record = iso.calibrate(net, normal(64, 32), "krahenbuhl")
    assert same(state(net), state(expected))
    assert (record.ended, record.backwards) == ("interrupted", 3)
    assert record.notes == ("3 of 10 rounds were done",)


def test_krahenbuhls_method_never_leaves_half_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    expected, net = balanced(3), scaled(seeded(mlp), 3.0, 3.0)
    copies = Halts(torch.Tensor.copy_, KeyboardInterrupt(), 0)

    def copy(*args: Any) -> Any:  # a method, as an instance would not be
        return copies(*args)

    def rates(*args: Any) -> list[float]:
        copies.at = copies.calls + 4 * (args[-1] == 3)  # inside the fourth round's writing
        return measured(*args)

    measured = krahenbuhl.rates
    monkeypatch.setattr(krahenbuhl, "rates", rates)
    monkeypatch.setattr(torch.Tensor, "copy_", copy)
    record = iso.calibrate(net, normal(64, 32), "krahenbuhl")
    assert record.ended == "interrupted"
    assert same(state(net), state(expected))


def test_krahenbuhls_method_says_what_the_model_holds_after_an_exception(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected, net = balanced(3), scaled(seeded(mlp), 3.0, 3.0)
    monkeypatch.setattr(krahenbuhl, "rates", Halts(krahenbuhl.rates, ZeroDivisionError(), 4))
    with pytest.raises(ZeroDivisionError) as caught:
        iso.calibrate(net, normal(64, 32), "krahenbuhl")
    assert caught.value.__notes__ == ["The model holds 3 whole rounds of krahenbuhl."]
    assert same(state(net), state(expected))
