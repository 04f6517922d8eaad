"""Bringing a sharded model into the state in which its parameters can be described and written."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from torch import nn


@contextmanager
def gathered(model: nn.Module) -> Iterator[None]:
    """Inside, every parameter that FSDP flattened or gathered for itself is in its place.

    FSDP1 keeps slices of flattened parameters: they are gathered, and what is written is scattered
    on leaving. FSDP2 keeps ``DTensor`` shards, but after a forward pass the root still shows plain
    gathered copies, and what is written to those is lost: it is resharded.
    """
    if "torch.distributed.fsdp" not in sys.modules:  # then the model cannot hold such modules
        yield
        return
    from torch.distributed.fsdp import FSDPModule, FullyShardedDataParallel

    for module in model.modules():
        if isinstance(module, FSDPModule):
            module.reshard()
    flattened = any(isinstance(module, FullyShardedDataParallel) for module in model.modules())
    with FullyShardedDataParallel.summon_full_params(model) if flattened else nullcontext():
        yield
