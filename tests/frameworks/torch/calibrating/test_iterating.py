"""Descents that are interrupted, killed, resumed, or that find nothing better."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import isometry as iso
from isometry import errors
from tests.frameworks.torch.calibrating.nets import mlp, normal, same, scaled, seeded, state

METHODS = pytest.mark.parametrize("method", ["gradinit", "metainit"])
LABELS = torch.arange(64) % 32


def spoiled(seed: int = 0) -> nn.Module:
    """A net whose layers are all scaled by 3."""
    return scaled(seeded(mlp, seed), 3.0, 3.0)


def loss_of(net: nn.Module) -> float:
    with torch.no_grad():
        return float(functional.cross_entropy(net(normal(64, 32)), LABELS))


class Stops:
    """A loss that raises at its ``at``-th call."""

    def __init__(self, problem: BaseException, at: int) -> None:
        self.problem, self.at, self.calls = problem, at, 0

    def __call__(self, out: Any) -> Tensor:
        self.calls += 1
        if self.calls == self.at:
            raise self.problem
        return functional.cross_entropy(out, LABELS)


@METHODS
def test_an_interruption_leaves_the_best_state_so_far(method: str) -> None:
    net = spoiled()
    stops = Stops(KeyboardInterrupt(), 60)
    record = iso.calibrate(net, normal(64, 32), method, loss=stops, steps=500, every=2)
    assert record.ended == "interrupted"
    assert record.after < record.before
    assert loss_of(net) < loss_of(spoiled())


@METHODS
def test_an_exception_leaves_the_best_state_so_far_and_goes_on(method: str) -> None:
    net = spoiled()
    with pytest.raises(ZeroDivisionError) as caught:
        iso.calibrate(net, normal(64, 32), method, loss=Stops(ZeroDivisionError(), 60), every=2)
    assert f"steps of {method}." in caught.value.__notes__[0]
    assert loss_of(net) < loss_of(spoiled())


@METHODS
def test_a_failure_at_the_first_look_leaves_the_model_as_it_was(method: str) -> None:
    net, before = spoiled(), state(spoiled())
    with pytest.raises(ZeroDivisionError):
        iso.calibrate(net, normal(64, 32), method, loss=Stops(ZeroDivisionError(), 1))
    assert same(before, state(net))


def test_a_start_that_nothing_improves_stays() -> None:
    net, before = seeded(mlp), state(seeded(mlp))
    reckless: dict[str, Any] = {"rate": 1e6, "steps": 6, "every": 1, "gamma": 1e9}
    record = iso.calibrate(net, normal(64, 32), "gradinit", loss=LABELS, **reckless)
    assert (record.ended, record.after) == ("unchanged", record.before)
    assert same(before, state(net))


@METHODS
def test_a_run_goes_on_where_it_stopped(method: str, tmp_path: Path) -> None:
    file = str(tmp_path / "state.json")
    given: dict[str, Any] = {"loss": LABELS, "samples": 32, "every": 2}
    whole, parts = spoiled(), spoiled()
    iso.calibrate(whole, normal(64, 32), method, steps=12, **given)
    iso.calibrate(spoiled(), normal(64, 32), method, steps=6, resume=file, **given)
    record = iso.calibrate(parts, normal(64, 32), method, steps=12, resume=file, **given)
    assert same(state(whole), state(parts))
    assert record.steps == 12


def test_a_state_of_other_weights_or_options_is_refused(tmp_path: Path) -> None:
    file = str(tmp_path / "state.json")
    given: dict[str, Any] = {"loss": LABELS, "steps": 2, "resume": file}
    iso.calibrate(spoiled(), normal(64, 32), "metainit", **given)
    message = f"{file}: it is the state of another run: its {{}} differs. Needed: the state of this"
    with pytest.raises(errors.FileError) as caught:
        iso.calibrate(spoiled(1), normal(64, 32), "metainit", **given)
    assert str(caught.value).startswith(message.format("model"))
    with pytest.raises(errors.FileError) as caught:
        iso.calibrate(spoiled(), normal(64, 32), "metainit", rate=0.5, **given)
    assert str(caught.value).startswith(message.format("options"))


def test_a_file_that_is_no_state_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text("{}")
    with pytest.raises(errors.FileError, match="it is no state"):
        iso.calibrate(spoiled(), normal(64, 32), "metainit", loss=LABELS, resume=str(file))


KILLED = """
import os, signal
import torch
import isometry as iso
from tests.frameworks.torch.calibrating.test_iterating import LABELS, Stops, normal, spoiled
from torch.nn import functional
torch.set_num_threads(1)
calls = 0
def loss(out):
    global calls
    calls += 1
    if calls == 40:
        os.kill(os.getpid(), signal.SIGKILL)
    return functional.cross_entropy(out, LABELS)
iso.calibrate(spoiled(), normal(64, 32), {method!r}, loss=loss, every=2, steps=30, resume={file!r})
"""


@METHODS
@pytest.mark.slow
def test_a_killed_run_leaves_a_whole_state(method: str, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    program = KILLED.format(method=method, file=str(file))
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    assert 0 < json.loads(file.read_text())["descent"]["step"] < 30
    whole, parts, stops = spoiled(), spoiled(), Stops(KeyboardInterrupt(), -1)
    given: dict[str, Any] = {"loss": stops, "every": 2, "steps": 30}
    iso.calibrate(whole, normal(64, 32), method, **given)
    iso.calibrate(parts, normal(64, 32), method, resume=str(file), **given)
    assert same(state(whole), state(parts))


@METHODS
def test_a_loss_is_needed(method: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        iso.calibrate(spoiled(), normal(64, 32), method)
    assert str(caught.value) == (
        "there is no loss. Needed: targets, a function of the output, or a model that returns its "
        "loss. Do: pass loss=."
    )


@pytest.mark.parametrize(
    ("make", "path", "why"),
    [
        (lambda: mlp(2).requires_grad_(requires_grad=False), "0.weight", "it is frozen"),
        (
            lambda: nn.utils.parametrizations.weight_norm(nn.Linear(32, 32)),
            "weight",
            "it is parametrized",
        ),
    ],
)
def test_tensors_that_have_no_scale_are_named(
    make: Callable[[], nn.Module], path: str, why: str
) -> None:
    net = nn.Sequential(nn.Linear(32, 32), make())
    record = iso.calibrate(net, normal(64, 32), "gradinit", loss=LABELS, steps=2)
    assert record[f"1.{path}"].reason == why
