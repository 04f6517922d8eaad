"""From the meta device to filled memory, with no default initialization on the way."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import torch
from torch import Tensor, nn

from isometry import errors, plans, weights
from isometry.frameworks.torch import claims, memory
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.undo import Undo
from isometry.frameworks.torch.write import Job, Order, jobs_of, put, refuse_unwritable, told


def materialize(
    model: nn.Module,
    plan: plans.Plan,
    *,
    seed: int = 0,
    device: torch.device | str = "cpu",
    dtype: torch.dtype | str | None = None,
    threads: int | None = None,
) -> weights.Ledger:
    """Give every tensor of a meta model memory and its planned values, once.

    The values are those of ``apply``. Ties and memory formats are kept. An exception leaves the
    model on the meta device as it was.

    Args:
        model: On the meta device, wholly or in parts; tensors that have memory are overwritten in
            place. Changed in place.
        plan: Made from this model.
        seed: Which weights, 0 to 2**64 - 1.
        device: Where to.
        dtype: Of floating-point parameters and persistent buffers; their own if none is given.
            Buffers that no checkpoint holds, such as tables of positions, keep theirs.
        threads: How many threads fill; the values do not depend on it.

    Returns:
        What was written, tensor by tensor.

    Raises:
        MismatchError: Plan and model disagree, or the plan keeps a tensor that has no memory.
        UnsupportedTensorError: A tensor that cannot be written.

    >>> from isometry import recipes
    >>> from isometry.frameworks.torch import describe
    >>> with torch.device("meta"):
    ...     net = nn.Linear(4, 2)
    >>> plan = plans.decide(describe(net), recipes.recipe("he"))
    >>> ledger = materialize(net, plan, dtype="bfloat16")
    >>> net.weight.device.type, net.weight.dtype, ledger.uncovered
    ('cpu', torch.bfloat16, ())
    """
    start = time.perf_counter()
    order = Order(seed, threads, backup=0)
    jobs = jobs_of(plan, model)
    _refuse_kept(jobs)
    allocation = _Allocation(torch.device(device), _dtype(dtype))
    undo = Undo(copies=False)  # the tensors with memory are new
    try:
        housed = [replace(job, slot=allocation.housed(job.slot, undo)) for job in jobs]
        refuse_unwritable([job for job in housed if job.is_due])
        entries = [
            put(job, order, undo) if job.is_due else weights.kept(job.assignment) for job in housed
        ]
    except BaseException:  # KeyboardInterrupt too must not leave half a model
        undo.roll_back()
        raise
    claims.mark(job.slot for job in housed if job.is_due)
    return told(plan, entries, order, start)


class _Allocation:
    """Where tensors get their memory."""

    def __init__(self, device: torch.device, dtype: torch.dtype | None) -> None:
        self._device = device
        self._dtype = dtype
        self._made: dict[int, Tensor] = {}

    def housed(self, slot: Slot, undo: Undo) -> Slot:
        """The slot with memory, registered where it was."""
        if slot.parametrization is not None:
            for owner, name in slot.parametrization.stored():
                tensor = getattr(owner, name)
                if tensor is not None and tensor.is_meta:
                    install(owner, name, self._single(tensor), undo)
            dtype = self._target(slot.tensor, persistent=True)
            return replace(slot, tensors=tuple(tensor.to(dtype) for tensor in slot.tensors))
        if not slot.tensor.is_meta:
            return slot
        tensors = self._together(slot)
        for place, tensor in zip(slot.places, tensors, strict=True):
            install(place.owner, place.name, tensor, undo)
        return replace(slot, tensors=tensors)

    def _single(self, tensor: Tensor) -> Tensor:
        if id(tensor) not in self._made:  # a shared module is reached twice
            block = self._block(tensor, self._target(tensor, persistent=True))
            self._made[id(tensor)] = _alike(tensor, block)
        return self._made[id(tensor)]

    def _together(self, slot: Slot) -> tuple[Tensor, ...]:
        """New tensors for all places, over one block of memory, and one object where one was."""
        block = self._block(slot.tensor, self._target(slot.tensor, persistent=slot.persistent))
        made = {id(old): _alike(old, block) for old in slot.tensors}
        return tuple(made[id(old)] for old in slot.tensors)

    def _block(self, tensor: Tensor, dtype: torch.dtype) -> Tensor:
        # Uninitialized, and so without a pass over the memory: the fill touches each page first, in
        # parallel. Huge pages were measured and not asked for: where a virtual machine has given
        # memory back to its host they cost five times as much.
        return torch.empty(memory.reach(tensor), dtype=dtype, device=self._device)

    def _target(self, tensor: Tensor, *, persistent: bool) -> torch.dtype:
        casts = self._dtype is not None and tensor.is_floating_point() and persistent
        return cast(torch.dtype, self._dtype) if casts else tensor.dtype


def install(owner: nn.Module, name: str, tensor: Tensor, undo: Undo) -> None:
    """Register ``tensor`` in place of another, through the module's own ``__setattr__``.

    A recurrent layer keeps a second list of its weights, which only that keeps right.
    """
    old = getattr(owner, name)

    def put_back() -> None:
        setattr(owner, name, old)

    undo.then(put_back)
    setattr(owner, name, tensor)


def _alike(old: Tensor, block: Tensor) -> Tensor:
    """``block`` seen with the shape, strides, class and attributes of ``old``."""
    new = block.as_strided(old.shape, old.stride())
    if isinstance(old, nn.Parameter):
        new = nn.Parameter(new, requires_grad=old.requires_grad)
        new.__class__ = type(old)
    vars(new).update(vars(old))
    return new


def _refuse_kept(jobs: Sequence[Job]) -> None:
    kept = [job.slot.path for job in jobs if not job.is_due and _has_no_memory(job.slot)]
    if kept:
        raise errors.MismatchError(
            f"the plan keeps {len(kept)} tensors that are on the meta device and hold nothing: "
            f"{', '.join(kept)}",
            needed="a scheme for every tensor without memory",
            do="plan them, or load the model first and call apply",
        )


def _has_no_memory(slot: Slot) -> bool:
    if slot.parametrization is not None:
        return any(tensor.is_meta for tensor in slot.parametrization.tensors())
    return slot.tensor.is_meta


def _dtype(dtype: torch.dtype | str | None) -> torch.dtype | None:
    if not isinstance(dtype, str):
        return dtype
    named = getattr(torch, dtype, None)
    if isinstance(named, torch.dtype) and named.is_floating_point:
        return named
    raise errors.DtypeError(
        f"dtype is {dtype!r}",
        needed="the name of a floating-point dtype of torch",
        do="pass 'float32', 'bfloat16' or 'float16'",
    )
