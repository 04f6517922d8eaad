"""Unit variance of every layer after one forward, and a model that is as it was after a failure."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from isometry import errors
from tests.frameworks.torch.calibrating.nets import (
    cnn,
    furthest,
    iterated,
    mlp,
    normal,
    outputs,
    same,
    seeded,
    state,
    units,
)

NETS: tuple[tuple[Callable[[], nn.Module], tuple[int, ...]], ...] = (
    (mlp, (32,)),
    (cnn, (3, 12, 12)),
)
BOTH = pytest.mark.parametrize(("make", "shape"), NETS, ids=["mlp", "cnn"])


@BOTH
def test_one_forward_gives_every_layer_unit_variance(
    make: Callable[[], nn.Module], shape: tuple[int, ...]
) -> None:
    net, batch, runs = seeded(make), normal(256, *shape), list[None]()
    net.register_forward_pre_hook(lambda *_: runs.append(None))
    assert furthest(outputs(net, batch)) > 0.3
    runs.clear()
    record = iso.calibrate(net, batch)
    assert (len(runs), record.forwards) == (1, 1)
    assert furthest(outputs(net, batch)) < 1e-3
    assert furthest(outputs(net, normal(256, *shape, seed=2))) < 0.1


@BOTH
def test_it_is_iterated_lsuv(make: Callable[[], nn.Module], shape: tuple[int, ...]) -> None:
    net, rival, batch = seeded(make), seeded(make), normal(256, *shape)
    iso.calibrate(net, batch)
    assert isinstance(rival, nn.Sequential)
    iterated(rival, batch)
    for ours, theirs in zip(net.parameters(), rival.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=0.0)


def test_it_is_not_every_layer_by_what_it_saw_before() -> None:
    net, rival, batch = seeded(mlp), seeded(mlp), normal(256, 32)
    iso.calibrate(net, batch)
    size = float(outputs(rival, batch)[1].std())  # as if the first layer had not been corrected
    expected = rival.get_parameter("2.weight") / size
    assert not torch.allclose(net.get_parameter("2.weight"), expected, rtol=1e-3)


@BOTH
def test_each_unit_has_the_wanted_mean_and_variance(
    make: Callable[[], nn.Module], shape: tuple[int, ...]
) -> None:
    net, batch = seeded(make), normal(256, *shape)
    iso.calibrate(net, batch, per="channel", mean=0.25, target=0.5)
    found = [units(out) for out in outputs(net, batch)]
    assert max(float((out.std(1, correction=0) - 0.5).abs().max()) for out in found) < 1e-3
    assert max(float((out.mean(1) - 0.25).abs().max()) for out in found) < 1e-3


def test_the_second_moment_counts_the_mean() -> None:
    net, batch = seeded(mlp), normal(256, 32) + 1
    iso.calibrate(net, batch, moment="second")
    found = [float(out.square().mean()) for out in outputs(net, batch)]
    assert max(abs(one - 1) for one in found) < 1e-3
    assert furthest(outputs(net, batch)) > 0.05


def test_pieces_of_a_batch_give_what_the_whole_gives() -> None:
    whole, parts, batch = seeded(cnn), seeded(cnn), normal(60, 3, 12, 12)
    iso.calibrate(whole, batch)
    record = iso.calibrate(parts, batch, pieces=4)
    for one, other in zip(whole.parameters(), parts.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=0.0)
    assert record.forwards == 4 * 4 + 1  # four layers, and one run that finds no other
    assert record.notes == ("4 pieces of the batch, each run anew for every layer",)


def test_an_orthogonal_start_is_one_and_leaves_zeros() -> None:
    net, batch = seeded(mlp), normal(256, 32)
    nn.init.zeros_(net.get_parameter("10.weight"))
    record = iso.calibrate(net, batch, orthogonal=True, seed=3)
    first = net.get_parameter("0.weight").detach()
    gram = first @ first.T
    torch.testing.assert_close(gram / gram[0, 0], torch.eye(32), atol=1e-4, rtol=0.0)
    assert not net.get_parameter("10.weight").any()
    assert record["10.weight"].reason == "its weight is zero"


class Residual(nn.Module):
    """Three branches with a norm before each, and one layer whose output goes into a norm alone."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(8, 16)
        self.start = nn.LayerNorm(16)
        self.up = nn.ModuleList(nn.Linear(16, 16) for _ in range(3))
        self.down = nn.ModuleList(nn.Linear(16, 16) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        x = self.start(self.first(x))
        for up, down in zip(self.up, self.down, strict=True):
            x = x + down(torch.relu(up(x)))
        return x


@pytest.mark.parametrize(("branches", "size"), [("unit", 1.0), ("depth", 3**-0.5)])
def test_branches_may_share_the_variance(branches: str, size: float) -> None:
    net, batch = seeded(Residual), normal(256, 8)
    record = iso.calibrate(net, batch, branches=branches)
    assert record["down.1.weight"].after == pytest.approx(size)
    assert record["up.1.weight"].after == pytest.approx(1.0)
    assert furthest(outputs(net, batch)[2::2], size) < 1e-3


def test_ends_of_branches_and_layers_before_norms_may_be_left_alone() -> None:
    net = seeded(Residual)
    before = state(net)
    record = iso.calibrate(net, normal(256, 8), branches="skip", skip_normed=True)
    assert record["down.0.weight"].reason == "it ends a residual branch"
    assert record["first.weight"].reason == "a norm follows"
    assert torch.equal(before["down.0.weight"], net.get_parameter("down.0.weight"))
    assert record["up.0.weight"].status == "scaled"


def test_globs_choose_and_a_glob_that_matches_nothing_is_refused() -> None:
    net, batch = seeded(mlp), normal(64, 32)
    record = iso.calibrate(net, batch, only=["*.weight"], skip=["0.*"])
    assert record["0.weight"].reason == "kept by skip 0.*"
    assert record["2.bias"].reason == "kept by only *.weight"
    assert record["2.weight"].status == "scaled"
    with pytest.raises(errors.DeadRuleError, match="matches none of 12 paths"):
        iso.calibrate(net, batch, only=["h.*"])


def test_a_bias_that_stays_does_so_within_the_output() -> None:
    net, batch = seeded(mlp), normal(256, 32)
    with torch.no_grad():
        net.get_parameter("2.bias").fill_(2.0)
    iso.calibrate(net, batch, skip=["*.bias"])
    assert furthest(outputs(net, batch), 1.0) < 0.2  # its own spread comes on top
    weightless = [
        out - layer.bias.detach()
        for out, layer in zip(outputs(net, batch), net[::2], strict=True)  # type: ignore[index] # a Sequential
    ]
    assert furthest(weightless) < 1e-3


class Fails(nn.Module):
    """A net that raises after its first layers."""

    def __init__(self, problem: BaseException) -> None:
        super().__init__()
        self.net, self.norm, self.problem = mlp(), nn.BatchNorm1d(32), problem

    def forward(self, x: Tensor) -> Tensor:
        self.norm(self.net(x))
        raise self.problem


@pytest.mark.parametrize("method", ["lsuv", "krahenbuhl", "jacobian"])
@pytest.mark.parametrize(
    ("problem", "raised"),
    [(RuntimeError("no"), errors.ModelError), (KeyboardInterrupt(), KeyboardInterrupt)],
)
def test_a_failure_leaves_the_model_as_it_was(
    method: str, problem: BaseException, raised: type[BaseException]
) -> None:
    net = seeded(lambda: Fails(problem))
    before = state(net)
    with pytest.raises(raised):
        iso.calibrate(net, normal(8, 32), method)
    assert same(before, state(net))


def test_the_whole_message_of_a_failure() -> None:
    with pytest.raises(errors.ModelError) as caught:
        iso.calibrate(seeded(mlp), normal(8, 31))
    assert str(caught.value) == (
        "Sequential: the forward failed (RuntimeError: mat1 and mat2 shapes cannot be multiplied "
        "(8x31 and 32x32)). Needed: a batch that the model's forward takes. Do: call the model on "
        "the batch yourself and mend what it reports."
    )


def test_nothing_else_changes() -> None:
    net: Any = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(), nn.Linear(8, 2))
    net[3].requires_grad_(False)  # noqa: FBT003 - torch's own signature
    before, draws = state(net), torch.get_rng_state()
    record = iso.calibrate(net, normal(64, 4))
    after = state(net)
    assert net.training
    assert net[0].weight.grad is None
    assert torch.equal(draws, torch.get_rng_state())
    assert [key for key in before if not torch.equal(before[key], after[key])] == [
        "0.weight",
        "0.bias",
    ]
    assert record["3.weight"].reason == "it is frozen"


def test_a_model_without_values_is_refused() -> None:
    with pytest.raises(errors.ModelError, match="on the meta device and has no values"):
        iso.calibrate(nn.Linear(2, 2, device="meta"), normal(4, 2))
