"""Plans that know what surrounds each weight, from real models."""

import pytest
import torch
from torch import nn

import isometry as iso
from isometry.parameters import Surroundings


class Gated(nn.Module):
    """A gated unit on a residual stream, whose output is weight-normalised."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Linear(8, 16)
        self.up = nn.Linear(8, 16)
        self.down = nn.utils.parametrizations.weight_norm(nn.Linear(16, 8))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One branch."""
        return torch.as_tensor(x + self.down(nn.functional.silu(self.gate(x)) * self.up(x)))


def around(path: str) -> Surroundings:
    plan = iso.plan(Gated(), torch.zeros(2, 8), recipe="he")
    found = plan[path].parameter.surroundings
    assert found is not None
    return found


def test_a_gate_counts_by_its_activation() -> None:
    assert around("down.weight").feeds == ("silu",)


@pytest.mark.parametrize("path", ["down.weight", "down.bias"])
def test_the_last_of_a_branch(path: str) -> None:
    found = around(path)
    assert (found.residual, found.place, found.depth, found.uses) == ("output", 1, 1, 1)
    assert (found.sources, found.consumers) == (("gate",), ("join",))


def test_the_first_of_a_branch() -> None:
    found = around("gate.weight")
    assert (found.residual, found.sources, found.consumers) == ("branch", ("input",), ("silu",))


def test_pooling_is_looked_through() -> None:
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 4, 3), nn.Flatten()
    )
    found = iso.plan(net, recipe="he")["3.weight"].parameter.surroundings
    assert found is not None
    assert (found.sources, found.feeds) == (("pooling",), ("relu",))


def test_a_graph_serves_many_plans() -> None:
    net = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2))
    graph = iso.graph(net)
    assert iso.plan(net, graph, recipe="he") == iso.plan(net, recipe="he")
    assert iso.graphs.from_json(graph.to_json()) == graph


def test_native_knows_its_surroundings_where_an_example_is_given() -> None:
    net = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2))
    plain, seen = iso.plan(net), iso.plan(net, torch.zeros(1, 4))
    assert plain["2.weight"].parameter.surroundings is None
    assert seen["2.weight"].parameter.surroundings == Surroundings(
        sources=("tanh",),
        consumers=("output",),
        feeds=("tanh",),
        parts=("head",),
        stack=1,
        level=2,
        levels=2,
    )
    assert seen.diff(plain) == ()


def test_an_example_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(iso.errors.ModelError, match="the forward failed"):
        iso.plan(nn.Linear(4, 4), torch.zeros(1, 5), recipe="he")


def test_initialize_reads_the_example() -> None:
    net = Gated()
    ledger = iso.initialize(net, torch.zeros(2, 8), recipe="he", seed=1)
    assert ledger["down.weight"].reason == "Its input comes from silu: variance 2.811/fan_in."
