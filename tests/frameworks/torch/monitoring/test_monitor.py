import itertools
import json
import math
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import isometry as iso
from isometry.integrations import JsonLines
from isometry.measurements import Capture, history
from isometry.reports import run_text


class Net(nn.Module):
    """Three layers, one activation a module and one a function."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.three = nn.Linear(8, 32), nn.Linear(32, 32), nn.Linear(32, 1)
        self.bend = nn.Tanh()

    def forward(self, x: Tensor) -> Tensor:
        return self.three(functional.relu(self.two(self.bend(self.one(x)))))  # type: ignore[no-any-return]  # torch


def made() -> tuple[Net, Tensor]:
    net = Net()
    iso.initialize(net, torch.ones(1, 8), recipe="he", seed=0)
    return net, torch.randn(64, 8, generator=torch.Generator().manual_seed(1))


def train(net: nn.Module, x: Tensor, steps: int, after: Callable[..., Any]) -> None:
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = net(x).square().mean()
        loss.backward()
        optimizer.step()
        after(loss, optimizer)


def both(*calls: Callable[..., Any]) -> Callable[..., Any]:
    """One call after the other, with the same arguments."""

    def called(*given: Any) -> None:
        for call in calls:
            call(*given)

    return called


def hooks(net: nn.Module) -> int:
    kinds = (
        "_forward_hooks",
        "_forward_pre_hooks",
        "_backward_hooks",
        "_forward_hooks_always_called",
    )
    return sum(len(getattr(module, kind)) for module in net.modules() for kind in kinds)


def test_sizes_are_those_of_the_step() -> None:
    net, x = made()
    before = net.two.weight.detach().clone()
    inner = net.two(net.bend(net.one(x)))
    (delta,) = torch.autograd.grad(
        net.three(functional.relu(inner)).square().mean(), inner, retain_graph=True
    )
    with iso.Monitor(net) as monitor:
        train(net, x, 1, monitor.step)
    row = monitor.history[0].layers[1]
    assert row.path == "two.weight"
    assert (row.act_std, row.delta_norm, row.weight_norm, row.update_norm) == pytest.approx(
        (
            inner.square().mean().sqrt().item(),
            delta.square().mean().sqrt().item(),
            before.norm().item(),
            (net.two.weight - before).norm().item(),
        ),
        rel=1e-5,
    )
    assert row.grad_norm == pytest.approx(row.update_norm / 1e-3, rel=1e-3)


@pytest.mark.parametrize("probe", [False, True])
def test_dead_units_are_counted(*, probe: bool) -> None:
    net, x = made()
    with torch.no_grad():
        net.two.bias[:8] = -100.0
    with iso.Monitor(net, probe=x if probe else None) as monitor:
        train(net, x, 1, monitor.step)
    found = {one.path: (one.units, one.dead) for one in monitor.history[0].layers}
    assert found == {"one.weight": (32, 0), "two.weight": (32, 8), "three.weight": (0, 0)}


def test_saturation_is_seen() -> None:
    net, x = made()
    with torch.no_grad():
        net.one.weight *= 1000.0
    with iso.Monitor(net) as monitor:
        train(net, x, 1, monitor.step)
    assert monitor.history[0].layers[0].saturated > 0.95


@pytest.mark.parametrize("probe", [False, True])
def test_training_is_what_it_was(*, probe: bool) -> None:
    (plain, x), (watched, _) = made(), made()
    train(plain, x, 5, lambda *_: None)
    with iso.Monitor(watched, every=2, probe=x if probe else None) as monitor:
        train(watched, x, 5, monitor.step)
    assert iso.fingerprint(plain) == iso.fingerprint(watched)
    assert [one.step for one in monitor.history] == [0, 2, 4]


def test_hooks_are_there_on_captured_steps_alone() -> None:
    net, x = made()
    seen: list[int] = []
    with iso.Monitor(net, every=2) as monitor:
        train(net, x, 4, both(monitor.step, lambda *_: seen.append(hooks(net))))
    assert seen[0] == seen[2] == 0
    assert seen[1] > 0
    assert hooks(net) == 0


def test_hooks_are_gone_after_an_exception() -> None:
    net, x = made()
    with pytest.raises(RuntimeError), iso.Monitor(net):
        net(x[:, :3])
    assert hooks(net) == 0
    assert torch._C._len_torch_function_stack() == 0


def test_hooks_of_the_optimizer_are_gone() -> None:
    net, x = made()
    optimizers: list[Any] = []
    with iso.Monitor(net) as monitor:
        train(net, x, 2, both(monitor.step, lambda _, one: optimizers.append(one)))
    assert not optimizers[0]._optimizer_step_post_hooks


def test_a_run_goes_on_from_a_checkpoint(tmp_path: Path) -> None:
    net, x = made()
    file = tmp_path / "run.jsonl"
    first = iso.Monitor(net, every=2, sinks=(JsonLines(file),))
    with first:
        train(net, x, 3, first.step)
    second = iso.Monitor(net, every=2, sinks=(JsonLines(file),))
    second.load_state_dict(first.state_dict())
    with second:
        train(net, x, 2, second.step)
    assert [one.step for one in second.history] == [0, 2, 4]
    assert [one.to_json() for one in history(file)] == [one.to_json() for one in second.history]


@pytest.mark.parametrize(
    ("tail", "lines"), [("", 2), ('{"step": 0, "lo', 2), ('{"st', 2), ("notes", 3)]
)
def test_a_line_that_a_kill_cut_short_is_removed_and_no_other(
    tmp_path: Path, tail: str, lines: int
) -> None:
    file = tmp_path / "run.jsonl"
    whole = Capture(0, 1.0, ())
    JsonLines(file).capture(whole)
    file.write_text(file.read_text() + tail)
    JsonLines(file).capture(Capture(5, 0.5, ()))
    held = file.read_text().split("\n")
    assert len(held) == lines + 1
    assert [json.loads(held[0]), json.loads(held[-2])] == [
        whole.to_json(),
        Capture(5, 0.5, ()).to_json(),
    ]


def test_a_whole_last_line_without_an_end_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    JsonLines(file).capture(Capture(0, 1.0, ()))
    file.write_text(file.read_text().rstrip())
    sink = JsonLines(file)
    sink.capture(Capture(1, 0.5, ()))
    sink.capture(Capture(2, 0.4, ()))
    assert [one.step for one in history(file)] == [0, 1, 2]


def test_a_monitor_reports_its_run_so_far() -> None:
    net, x = made()
    with iso.Monitor(net, every=1, on_finding=lambda _: None) as monitor:
        train(net, x, 3, monitor.step)
    run = monitor.report()
    assert (run.subject, run.steps) == ("Net", "steps 0 … 2")
    assert run.captures == tuple(monitor.history)
    assert run.findings == tuple(monitor.findings)
    assert (
        run_text(monitor.report("first try"))
        .splitlines()[0]
        .endswith("first try · steps 0 … 2 · 3 captures · 3 weights")
    )


def test_a_callable_gets_names_numbers_and_the_step() -> None:
    net, x = made()
    told: list[tuple[dict[str, float], int]] = []
    with iso.Monitor(net, every=3, sinks=(lambda *given: told.append(given),)) as monitor:
        train(net, x, 4, monitor.step)
    assert [step for _, step in told] == [0, 3]
    assert len(told[0][0]) == 8
    assert all(name.startswith("isometry/summary/") for name in told[0][0])


def test_select_leaves_weights_out() -> None:
    net, x = made()
    with iso.Monitor(net, select=["t*"]) as monitor:
        train(net, x, 1, monitor.step)
    assert [one.path for one in monitor.history[0].layers] == ["two.weight", "three.weight"]


def test_nothing_to_select_is_an_error() -> None:
    with pytest.raises(iso.errors.InputError, match=re.escape("Net: no weight is left to watch")):
        iso.Monitor(Net(), select=["four"])


def reckless(monitor: Any, net: Net, x: Tensor) -> None:
    with monitor:
        for _ in range(4):
            train(net, x, 1, lambda *_: net.two.weight.data.mul_(1.5))
            monitor.step()


def test_a_finding_stops() -> None:
    net, x = made()
    monitor = iso.Monitor(net, every=1, on_finding="stop")
    with pytest.warns(iso.errors.IsometryWarning, match="ISO701 update-ratio"):
        reckless(monitor, net, x)
    assert monitor.should_stop


def test_a_finding_is_handed_over_once() -> None:
    net, x = made()
    found: list[Any] = []
    monitor = iso.Monitor(net, every=1, select=["two*"], on_finding=found.append)
    reckless(monitor, net, x)
    assert [one.code for one in found] == ["ISO701"]
    assert not monitor.should_stop


def lengths(net: nn.Module, x: Tensor, after: Callable[..., Any]) -> list[float]:
    """Seconds of every two steps: of the one that arms and the one that is captured."""
    times: list[float] = []
    train(net, x, 41, both(after, lambda *_: times.append(time.perf_counter())))
    return [b - a for a, b in itertools.pairwise(times[::2])]


def test_a_capture_costs_a_few_steps() -> None:
    """1 % at ``every=100`` is one step a capture; the band is threefold, for a busy machine."""
    net = nn.Sequential(*[m for _ in range(4) for m in (nn.Linear(256, 256), nn.ReLU())])
    x = torch.randn(256, 256, generator=torch.Generator().manual_seed(0))
    with iso.Monitor(net, every=2, on_finding=lambda _: None) as monitor:
        watched = statistics.median(lengths(net, x, monitor.step))
    plain = statistics.median(lengths(net, x, lambda *_: None)) / 2
    assert watched - 2 * plain < 3 * plain


def test_gradients_are_looked_at_optimizer_by_optimizer() -> None:
    """Each before its own step: the first one's are cleared by then, the second one's not there."""
    net, x = made()
    first, second = (
        torch.optim.SGD(part.parameters(), lr=1e-3) for part in (net.one, nn.ModuleList([net.two]))
    )
    with iso.Monitor(net) as monitor:
        for optimizer, scale in ((first, 1.0), (second, 3.0)):
            (scale * net(x).square().mean()).backward()
            monitor.gradients(optimizer)
            optimizer.step()
            net.zero_grad()
        monitor.step()
    rows = {one.path: one for one in monitor.history[0].layers}
    assert [
        rows[path].update_norm / rows[path].grad_norm for path in ("one.weight", "two.weight")
    ] == pytest.approx([1e-3, 1e-3], rel=1e-3)
    assert math.isnan(rows["three.weight"].grad_norm)
