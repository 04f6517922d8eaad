"""Rules, seeds and values do not see what a model is wrapped in or how it is sharded."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper

from isometry import errors, plans, recipes, schemes
from isometry.frameworks.torch import apply, describe, shards
from tests.frameworks.torch.models import Net, initialized, planned

ROOT = Path(__file__).parents[3]
RESIDUAL = r"h\.\d+\.c_proj\.weight"
RULES = {RESIDUAL: schemes.Normal(std=0.005), r".*": schemes.Constant(0.0)}


def identity(net: Any) -> Any:
    return net


def compiled(net: Any) -> Any:
    return torch.compile(net, backend="eager")


def checkpointed(net: Any) -> Any:
    net.h = nn.ModuleList(checkpoint_wrapper(block) for block in net.h)
    return net


def parallel(net: Any) -> Any:
    return nn.DataParallel(net)


def all_of_them(net: Any) -> Any:
    return compiled(parallel(checkpointed(net)))


WRAPPERS = [identity, compiled, checkpointed, parallel, all_of_them]


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_rules_survive_wrapping(wrap: Callable[[Any], Any]) -> None:
    net = wrap(Net(width=16, depth=3))
    ledger = apply(plans.decide(describe(net), recipes.from_rules(RULES)), net, seed=0)
    assert ledger.hits[RESIDUAL] == 3
    assert abs(ledger["h.0.c_proj.weight"].z_std) < 4


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_values_survive_wrapping(wrap: Callable[[Any], Any]) -> None:
    plain, inner = initialized(Net(), seed=3), Net()
    initialized(wrap(inner), seed=3)
    assert torch.equal(plain.h[1].get_parameter("gamma"), inner.h[1].get_parameter("gamma"))
    assert torch.equal(plain.emb.weight, inner.emb.weight)


def test_a_plan_of_the_plain_model_fits_the_wrapped_one() -> None:
    plan = planned(Net())
    net = all_of_them(Net())
    assert apply(plan, net).uncovered == ()


def test_a_dead_rule_is_an_error() -> None:
    with pytest.raises(errors.DeadRuleError, match=r"near to it are .*c_proj"):
        plans.decide(describe(Net()), recipes.from_rules({"c_projj": None, ".*": None}))


def ranks(case: str, world: int, folder: Path) -> list[dict[str, Any]]:
    """What every rank of a distributed run found."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.frameworks.torch.sharded", case]
    processes = [
        subprocess.Popen(
            [*command, str(rank), str(world), str(folder)],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(world)
    ]
    failures = [process.communicate(timeout=300)[1] for process in processes]
    codes = [process.returncode for process in processes]
    assert codes == [0] * world, "\n".join(failures)
    return [torch.load(folder / f"{rank}.pt") for rank in range(world)]


def reference() -> dict[str, torch.Tensor]:
    net = initialized(Net(width=7, rows=11), seed=7)
    return {name: tensor.detach() for name, tensor in net.named_parameters()}


def equal(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> bool:
    return found.keys() == expected.keys() and all(
        torch.equal(tensor, expected[name]) for name, tensor in found.items()
    )


@pytest.mark.parametrize(
    ("case", "world"),
    [
        ("ddp", 1),
        ("fsdp1", 1),
        ("fsdp2", 2),
        pytest.param("fsdp1", 2, marks=pytest.mark.slow),
        pytest.param("fsdp2", 1, marks=pytest.mark.slow),
        pytest.param("fsdp2", 3, marks=pytest.mark.slow),
        pytest.param("fsdp2_again", 2, marks=pytest.mark.slow),
    ],
)
def test_sharded_weights_are_those_of_one_process(case: str, world: int, tmp_path: Path) -> None:
    expected = reference()
    found = ranks(case, world, tmp_path)
    assert [equal(one["full"], expected) for one in found] == [True] * world


def test_sharding_is_described_globally_and_costs_no_communication(tmp_path: Path) -> None:
    net = initialized(Net(width=7, rows=11), seed=7)
    described = [(one.path, one.shape) for one in describe(net)]
    found = ranks("fsdp2", 2, tmp_path)
    assert [one["described"] for one in found] == [described] * 2
    assert [one["collectives"] for one in found] == [0] * 2
    weight = found[0]["full"]["h.0.c_fc.weight"]
    assert torch.linalg.matrix_rank(weight) == 7
    assert not torch.equal(weight[:14], weight[14:])


@pytest.mark.slow
def test_every_placement_gives_one_tensor(tmp_path: Path) -> None:
    net: Any = nn.ParameterDict({"w": nn.Parameter(torch.empty(5, 7, 3))})
    law = schemes.Normal(std=0.02)
    apply(
        plans.Plan("n", tuple(plans.Assignment(p, law, "", "") for p in describe(net))), net, seed=7
    )
    found = ranks("placements", 4, tmp_path)
    differing = [
        name for one in found for name, tensor in one["full"].items() if not tensor.equal(net["w"])
    ]
    assert len(found[0]["full"]) == 16
    assert differing == []


@pytest.mark.parametrize(
    ("length", "count", "pieces", "expected"),
    [
        (8, 2, 1, [((0, 4),), ((4, 8),)]),
        (7, 3, 1, [((0, 3),), ((3, 6),), ((6, 7),)]),
        (2, 3, 1, [((0, 1),), ((1, 2),), ()]),
        (8, 2, 2, [((0, 2), (4, 6)), ((2, 4), (6, 8))]),
        (5, 2, 2, [((0, 2), (3, 4)), ((2, 3), (4, 5))]),
    ],
)
def test_cuts(length: int, count: int, pieces: int, expected: list[shards.Ranges]) -> None:
    found = [shards.shard(((0, length),), count, rank, pieces=pieces) for rank in range(count)]
    assert found == expected


@pytest.mark.parametrize("length", [1, 5, 8, 13])
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_cuts_are_torchs_chunks(length: int, count: int) -> None:
    whole = torch.arange(length)
    held = [shards.shard(((0, length),), count, rank) for rank in range(count)]
    indices = [[i for start, stop in ranges for i in range(start, stop)] for ranges in held]
    chunks = [chunk.tolist() for chunk in whole.chunk(count)]
    assert indices == chunks + [[]] * (count - len(chunks))
