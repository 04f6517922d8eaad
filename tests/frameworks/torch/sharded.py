"""One rank of a distributed run, started with four arguments: CASES RANK WORLD FOLDER.

Each case initializes a sharded model and saves what its full tensors are, for the test to compare
with a model in one process.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FullyShardedDataParallel, fully_shard
from torch.distributed.tensor import DTensor, Partial, Replicate, Shard, debug, distribute_tensor
from torch.distributed.tensor.parallel import (
    ColwiseParallel,
    RowwiseParallel,
    parallelize_module,
)
from torch.nn.parallel import DistributedDataParallel

from isometry import errors, plans, schemes
from isometry.frameworks.torch import apply, describe, fingerprint
from tests.frameworks.torch.models import Net, planned

SEED = 7
Outcome = dict[str, Any]


def full(model: nn.Module) -> dict[str, Tensor]:
    """Every parameter whole, by its own name."""
    return {
        name: (one.full_tensor() if isinstance(one, DTensor) else one).detach().clone()
        for name, one in model.named_parameters()
    }


def meta_net() -> Net:
    with torch.device("meta"):
        return Net(width=7, rows=11)


def fsdp2(world: int) -> Outcome:
    """Uneven shards of a meta model: 7 and 11 rows, a tied embedding, biases."""
    net: Any = meta_net()
    plan = planned(net)
    mesh = init_device_mesh("cpu", (world,))
    for block in net.h:
        fully_shard(block, mesh=mesh)
    fully_shard(net, mesh=mesh)
    net.to_empty(device="cpu")
    net.head.weight = net.emb.weight
    counting: Any = debug.CommDebugMode
    with counting() as counts:
        ledger = apply(plan, net, seed=SEED)
    sums = fingerprint(net).tensors
    described = [(one.path, one.shape) for one in describe(net)]
    outcome = {"collectives": counts.get_total_counts(), "described": described, "sums": sums}
    outcome["written"] = {entry.status for entry in ledger}
    outcome["full"] = full(net)
    return outcome


def fsdp2_again(world: int) -> Outcome:
    """Written a second time after a forward pass, which leaves the root gathered."""
    net: Any = Net(width=7, rows=11)
    plan = planned(net)
    mesh = init_device_mesh("cpu", (world,))
    for block in net.h:
        fully_shard(block, mesh=mesh)
    fully_shard(net, mesh=mesh, reshard_after_forward=False)
    net(torch.tensor([[1, 2]]))
    apply(plan, net, seed=SEED)
    return {"full": full(net)}


def fsdp1(world: int) -> Outcome:
    """Flattened parameters, gathered to be written."""
    net: Any = Net(width=7, rows=11)
    plan = planned(net)
    here = torch.device("cpu")
    inner = [FullyShardedDataParallel(one, use_orig_params=True, device_id=here) for one in net.h]
    net.h = nn.ModuleList(inner)
    sharded: Any = FullyShardedDataParallel(net, use_orig_params=True, device_id=here)
    apply(plan, sharded, seed=SEED)
    with FullyShardedDataParallel.summon_full_params(sharded):
        prefix = "_fsdp_wrapped_module."
        found = {name.replace(prefix, ""): one for name, one in full(sharded).items()}
    return {"full": found, "world": world}


def ddp(world: int) -> Outcome:
    """A wrapper that adds ``module.`` to every name."""
    net: Any = DistributedDataParallel(Net(width=7, rows=11))
    apply(planned(net), net, seed=SEED)
    return {"full": full(net.module), "world": world}


def placements(world: int) -> Outcome:
    """Every pair of placements of three axes on a mesh of two dimensions."""
    mesh = init_device_mesh("cpu", (2, world // 2))
    options = [Replicate(), Shard(0), Shard(1), Shard(2)]
    found: dict[str, Tensor] = {}
    for first in options:
        for second in options:
            net: Any = nn.ParameterDict({"w": nn.Parameter(torch.empty(5, 7, 3))})
            plan = normal_plan(net)
            net["w"] = nn.Parameter(distribute_tensor(net["w"].data, mesh, [first, second]))
            apply(plan, net, seed=SEED)
            found[f"{first}{second}"] = net["w"].full_tensor().detach().clone()
    return {"full": found}


def fsdp_tp(world: int) -> Outcome:
    """Tensor parallelism, then FSDP over it: two cuts of one dimension, the second one strided."""
    net: Any = meta_net()
    plan = planned(net)
    mesh = init_device_mesh("cpu", (2, world // 2), mesh_dim_names=("dp", "tp"))
    styles: Any = {"c_fc": ColwiseParallel(), "c_proj": RowwiseParallel()}
    for block in net.h:
        parallelize_module(block, mesh["tp"], styles)
        fully_shard(block, mesh=mesh["dp"])
    fully_shard(net, mesh=mesh["dp"])
    net.to_empty(device="cpu")
    net.head.weight = net.emb.weight
    placed = str(net.h[0].c_fc.weight.placements)
    apply(plan, net, seed=SEED)
    return {"full": full(net), "placed": placed}


def partial(world: int) -> Outcome:
    """A sum that the ranks hold parts of: refused."""
    mesh = init_device_mesh("cpu", (world,))
    net: Any = nn.ParameterDict({"w": nn.Parameter(torch.zeros(4, 3))})
    plan = normal_plan(net)
    net["w"] = nn.Parameter(DTensor.from_local(torch.zeros(4, 3), mesh, [Partial()]))
    try:
        apply(plan, net, seed=SEED)
    except errors.UnsupportedTensorError as error:
        return {"message": str(error)}
    return {"message": "nothing was raised"}


def normal_plan(net: nn.Module) -> Any:
    """Every tensor normal."""
    law = schemes.Normal(std=0.02)
    return plans.Plan("n", tuple(plans.Assignment(one, law, "", "") for one in describe(net)))


CASES: dict[str, Callable[[int], Outcome]] = {
    "ddp": ddp,
    "fsdp1": fsdp1,
    "fsdp2": fsdp2,
    "fsdp2_again": fsdp2_again,
    "fsdp_tp": fsdp_tp,
    "partial": partial,
    "placements": placements,
}


def main(cases: str, rank: int, world: int, folder: Path) -> None:
    """Run one rank of some cases, given with commas between them, and save what it found."""
    store = f"file://{folder / 'store'}"
    dist.init_process_group("gloo", init_method=store, rank=rank, world_size=world)
    torch.manual_seed(0)
    torch.save({case: CASES[case](world) for case in cases.split(",")}, folder / f"{rank}.pt")
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
