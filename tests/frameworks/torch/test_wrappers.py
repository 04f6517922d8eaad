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

from isometry import errors, plans, recipes, schemes, weights
from isometry.frameworks.torch import apply, describe, fingerprint, shards
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


Outcomes = list[dict[str, dict[str, Any]]]


def ranks(cases: str, world: int, folder: Path) -> Outcomes:
    """What every rank of a distributed run found, by case."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.frameworks.torch.sharded", cases]
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


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    return ranks("ddp,fsdp1,fsdp2,partial", 1, tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    return ranks("fsdp1,fsdp2,fsdp2_again", 2, tmp_path_factory.mktemp("pair"))


def reference() -> Any:
    return initialized(Net(width=7, rows=11), seed=7)


def equal(found: dict[str, torch.Tensor]) -> bool:
    expected = dict(reference().named_parameters())
    return found.keys() == expected.keys() and all(
        torch.equal(tensor, expected[name]) for name, tensor in found.items()
    )


@pytest.mark.parametrize("case", ["ddp", "fsdp1", "fsdp2"])
def test_one_rank_holds_the_weights_of_a_plain_model(case: str, alone: Outcomes) -> None:
    assert [equal(one[case]["full"]) for one in alone] == [True]


def test_a_partial_tensor_is_refused(alone: Outcomes) -> None:
    assert alone[0]["partial"]["message"] == (
        "w: its placements are (Partial(sum),), and a partial tensor is a sum of what the ranks "
        "hold. Needed: Shard or Replicate on every mesh dimension. Do: redistribute it first."
    )


@pytest.mark.parametrize("case", ["fsdp1", "fsdp2", "fsdp2_again"])
def test_two_ranks_hold_the_weights_of_one(case: str, pair: Outcomes) -> None:
    assert [equal(one[case]["full"]) for one in pair] == [True, True]


@pytest.mark.slow
def test_three_ranks_with_empty_shards_hold_the_weights_of_one(tmp_path: Path) -> None:
    found = ranks("fsdp2", 3, tmp_path)
    assert [equal(one["fsdp2"]["full"]) for one in found] == [True] * 3


def test_sharding_is_described_globally(pair: Outcomes) -> None:
    described = [(one.path, one.shape) for one in describe(reference())]
    assert [one["fsdp2"]["described"] for one in pair] == [described] * 2


def test_sharding_costs_no_communication(pair: Outcomes) -> None:
    assert [one["fsdp2"]["collectives"] for one in pair] == [0, 0]


def test_shards_differ(pair: Outcomes) -> None:
    weight = pair[0]["fsdp2"]["full"]["h.0.c_fc.weight"]
    assert torch.linalg.matrix_rank(weight) == 7
    assert not torch.equal(weight[:14], weight[14:])


def test_fingerprints_of_shards_add_up_to_the_whole_models(pair: Outcomes) -> None:
    parts = [weights.Fingerprint(one["fsdp2"]["sums"]) for one in pair]
    whole = fingerprint(reference())
    names = [name for name, _ in reference().named_parameters()]
    together = (parts[0] + parts[1]).tensors
    differing = [name for name in names if together[name] != whole.tensors[name]]
    assert differing == []


@pytest.mark.slow
def test_two_cuts_of_one_dimension_hold_the_weights_of_one(tmp_path: Path) -> None:
    found = ranks("fsdp_tp", 4, tmp_path)
    assert "_StridedShard" in found[0]["fsdp_tp"]["placed"]
    assert [equal(one["fsdp_tp"]["full"]) for one in found] == [True] * 4


@pytest.mark.slow
def test_every_placement_gives_one_tensor(tmp_path: Path) -> None:
    net: Any = nn.ParameterDict({"w": nn.Parameter(torch.empty(5, 7, 3))})
    law = schemes.Normal(std=0.02)
    plan = plans.Plan("n", tuple(plans.Assignment(p, law, "", "") for p in describe(net)))
    apply(plan, net, seed=7)
    found = [one["placements"]["full"] for one in ranks("placements", 4, tmp_path)]
    differing = [name for one in found for name, full in one.items() if not full.equal(net["w"])]
    assert len(found[0]) == 16
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
