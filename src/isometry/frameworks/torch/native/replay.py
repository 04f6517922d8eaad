"""Replaying what was computed rather than drawn: the same operators, run for real."""

from typing import Any

import torch
from torch.utils._pytree import tree_leaves, tree_map

from isometry.frameworks.torch.native import geometry, intercepts
from isometry.frameworks.torch.native.operators import operator
from isometry.frameworks.torch.native.tape import Call, Literal, Ref, Region, Tape, Write

__all__ = ["Replay", "constant", "read"]

_TAKEN_RANDOM = frozenset({"orthogonal_", "sparse_", "trunc_normal_"})
_OVERWRITES = frozenset({"copy_", "fill_", "zero_"})
_FILLS = {"zero_": 0, "zeros": 0, "ones": 1}


def constant(call: Call) -> float | int | bool | None:
    """The one number that the call writes everywhere, if it writes one."""
    if call.name in _FILLS:
        return _FILLS[call.name]
    if call.name not in {"fill_", "full"}:
        return None
    value = call.args[1]
    if isinstance(value, Literal):
        number: float | int | bool = value.tensor.item()
        return number
    return None if isinstance(value, Ref) else value


class Replay:
    """Values of recorded tensors at a point in time, where no draw is behind them."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._settled: dict[tuple[int, Region, int], bool] = {}

    def settled(self, leaf: Any, time: int) -> bool:
        """Whether the values of ``leaf`` just before ``time`` are written and depend on no draw."""
        if not isinstance(leaf, Ref):
            return True
        key = (leaf.storage, leaf.region, time)
        if key not in self._settled:
            self._settled[key] = self._is_settled(leaf, time)
        return self._settled[key]

    def value(self, leaf: Any, time: int) -> Any:
        """The values of ``leaf`` just before ``time``; needs ``settled``."""
        if isinstance(leaf, Literal):
            return leaf.tensor
        return self._memory(leaf, time) if isinstance(leaf, Ref) else leaf

    def drawn(self, write: Write) -> bool:
        """Whether a draw is behind what the write wrote."""
        call = write.call
        if call.func is None:
            return call.name in _TAKEN_RANDOM
        if operator(call.func).random:
            return True
        return not all(self.settled(leaf, call.time) for leaf in read(call))

    def behind(self, ref: Ref, time: int) -> list[Write]:
        """The writes that the region's values just before ``time`` come from, in order."""
        found: list[Write] = []
        for write in reversed(self._tape.storages[ref.storage].writes):
            if write.call.time >= time or not geometry.touching(write.region, ref.region):
                continue
            found.append(write)
            if geometry.covers(write.region, ref.region) and not _reads_target(write.call):
                break
        return found[::-1]

    def _is_settled(self, ref: Ref, time: int) -> bool:
        if ref.region.numel == 0:
            return True
        writes = self.behind(ref, time)
        is_based = self._tape.storages[ref.storage].base is not None
        return (is_based or _fills(writes, ref)) and not any(map(self.drawn, writes))

    def _memory(self, ref: Ref, time: int) -> torch.Tensor:
        log = self._tape.storages[ref.storage]
        if log.base is None:
            width = torch.empty((), dtype=ref.dtype).element_size()
            memory = torch.zeros(log.storage.nbytes() // width, dtype=ref.dtype)
        else:
            memory = log.base.clone()
        for write in self.behind(ref, time):
            _place(memory, write).copy_(self._result(write, memory))
        region = ref.region
        return memory.view(ref.dtype).as_strided(region.size, region.stride, region.offset)

    def _result(self, write: Write, memory: torch.Tensor) -> torch.Tensor:
        """What the write's call computed, run again for real on a copy of what it changes."""
        call = write.call
        if call.func is None:
            blank = torch.empty(write.region.size, dtype=write.dtype)
            return intercepts.original(call.name)(blank, **call.kwargs)
        targets = _targets(call)

        def real(leaf: Any) -> Any:
            if any(leaf is target for target in targets):
                return _place(memory, write).clone()
            return self.value(leaf, call.time)

        args, kwargs = tree_map(real, (call.args, call.kwargs))
        if operator(call.func).takes_device:
            kwargs = {**kwargs, "device": torch.device("cpu")}
        results = tree_leaves(call.func(*args, **kwargs))
        result: torch.Tensor = results[write.output]
        return result


def read(call: Call) -> list[Any]:
    """The arguments that the call's results depend on; what it overwrites is none of them."""
    if call.func is None:
        return []
    unread = () if _reads_target(call) else _targets(call)
    leaves = tree_leaves((call.args, call.kwargs))
    return [leaf for leaf in leaves if not any(leaf is target for target in unread)]


def _fills(writes: list[Write], ref: Ref) -> bool:
    """Whether the writes leave no element of the region unwritten."""
    if any(geometry.covers(write.region, ref.region) for write in writes):
        return True
    written = torch.zeros(ref.region.numel, dtype=torch.bool)
    place = torch.arange(ref.region.numel).view(ref.region.size)
    boxes = [geometry.box_within(write.region, ref.region) for write in writes]
    for box in boxes:
        if box is not None:
            written[place[tuple(slice(*bounds) for bounds in box)].flatten()] = True
    return bool(written.all())


def _place(memory: torch.Tensor, write: Write) -> torch.Tensor:
    region = write.region
    return memory.view(write.dtype).as_strided(region.size, region.stride, region.offset)


def _targets(call: Call) -> tuple[Any, ...]:
    traits = operator(call.func)
    positional = (call.args[i] for i in traits.written if i < len(call.args))
    return (*positional, *(call.kwargs.get(name) for name in traits.written_names))


def _reads_target(call: Call) -> bool:
    """Whether what the call writes depends on what was there before."""
    if call.func is None:
        return False
    traits = operator(call.func)
    if not traits.written:
        return False
    return not traits.random and call.name not in _OVERWRITES
