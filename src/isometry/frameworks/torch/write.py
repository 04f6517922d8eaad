"""Writing a plan into a model: everything is checked first, and a failure leaves no trace."""

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from isometry import errors, plans, rng, weights
from isometry.frameworks.torch import arrays, claims, kinds, memory, sharding, shards, sinks
from isometry.frameworks.torch.describe import described
from isometry.frameworks.torch.parametrization import Parametrization
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.undo import Undo

BACKUP = 2**28
"""Bytes of copies that ``apply`` may hold to be able to undo. A copy into fresh memory takes longer
than the fill itself, so large models are left to the ledger of ``ApplyError`` and a second run."""

CLAIMED = "claimed by an earlier apply or by claim()"
"""Why ``overwrite=False`` keeps a tensor."""


@dataclass(frozen=True, slots=True)
class Job:
    """One tensor and what is to be written into it."""

    slot: Slot
    assignment: plans.Assignment

    @property
    def is_due(self) -> bool:
        """Whether the plan writes it."""
        return self.assignment.scheme is not None


@dataclass(frozen=True, slots=True)
class Order:
    """How to write: which weights, with how many threads, and how many bytes of copies to hold."""

    seed: int
    threads: int | None = None
    backup: int = BACKUP

    def __post_init__(self) -> None:
        rng.derive_key(self.seed, "")  # refuses a seed out of range before anything is written


def apply(
    plan: plans.Plan,
    model: nn.Module,
    *,
    seed: int = 0,
    overwrite: bool = True,
    threads: int | None = None,
    backup: int = BACKUP,
) -> weights.Ledger:
    """Write a plan into a model in place and return the proof.

    A value depends on ``seed``, the tensor's path and the element's index alone. No generator's
    state, gradient, hook or ``requires_grad`` changes.

    Args:
        plan: What to write; made from this model, or from one with the same paths and shapes.
        model: On any device but meta, wrapped or sharded or not.
        seed: Which weights, 0 to 2**64 - 1.
        overwrite: Whether tensors that were claimed, by ``claim`` or by an earlier ``apply``, are
            written again; kept otherwise.
        threads: How many threads fill; the values do not depend on it.
        backup: Bytes that copies of the old values may take. If all of them fit, an exception
            leaves the model as it was.

    Returns:
        What was written and what was kept, tensor by tensor.

    Raises:
        MismatchError: Plan and model disagree; nothing is written.
        UnsupportedTensorError: A tensor that cannot be written; nothing is written.
        ApplyError: Writing stopped midway and the copies did not fit; ``written`` says what was
            written.

    >>> from isometry import recipes
    >>> from isometry.frameworks.torch import describe
    >>> net = nn.Linear(4, 2)
    >>> ledger = apply(plans.decide(describe(net), recipes.recipe("he")), net, seed=7)
    >>> ledger["weight"].status, ledger["bias"].std
    ('written', 0.0)
    """
    order = Order(seed, threads, backup)
    with sharding.gathered(model):
        jobs = jobs_of(plan, model)
        kept = {id(job) for job in jobs if not overwrite and claims.is_claimed(job.slot)}
        return write(plan, jobs, order, keep=lambda job: CLAIMED if id(job) in kept else "")


def jobs_of(plan: plans.Plan, model: nn.Module) -> list[Job]:
    """Every tensor of the model with its assignment.

    Args:
        plan: A plan.
        model: The model that it is for.

    Returns:
        Jobs in the model's order.

    Raises:
        MismatchError: Plan and model disagree.
    """
    found = described(model)
    plan.require([parameter for _, parameter in found], dtypes=False)
    return [Job(slot, plan[slot.path]) for slot, _ in found]


def write(
    plan: plans.Plan,
    jobs: Sequence[Job],
    order: Order,
    *,
    keep: Callable[[Job], str] = lambda _: "",
) -> weights.Ledger:
    """Write what is due and not kept, and tell of every job.

    Args:
        plan: Where the jobs come from.
        jobs: Every tensor of the model.
        order: How to write.
        keep: Why a job that is due is not written; empty where it is.

    Returns:
        What was written and what was kept.

    Raises:
        UnsupportedTensorError: A tensor cannot be written; nothing is written.
        ApplyError: As in :func:`apply`.
    """
    start = time.perf_counter()
    due = {id(job): job for job in jobs if job.is_due and not keep(job)}
    refuse_unwritable(list(due.values()))
    undo = Undo(copies=sum(size(job) for job in due.values()) <= order.backup)
    entries: list[weights.Entry] = []
    with _undoing(undo, entries, jobs):
        for job in jobs:
            is_due = id(job) in due
            entries.append(
                put(job, order, undo) if is_due else weights.kept(job.assignment, note=keep(job))
            )
    claims.mark(job.slot for job in due.values())
    return told(plan, entries, order, start)


def told(
    plan: plans.Plan, entries: Sequence[weights.Entry], order: Order, start: float
) -> weights.Ledger:
    """The ledger of what was written since ``start``, with its warnings given."""
    seconds = time.perf_counter() - start
    ledger = weights.Ledger(
        plan.recipe, order.seed, tuple(entries), seconds, plan=plan.digest(), version=plan.version
    )
    ledger.warn(stacklevel=4)
    return ledger


def refuse_unwritable(due: Sequence[Job]) -> None:
    """Refuse tensors that cannot be written, all at once.

    Args:
        due: What is to be written.

    Raises:
        UnsupportedTensorError: There are such tensors.
    """
    problems = [(job.slot.path, problem) for job in due if (problem := _problem(job.slot))]
    if not problems:
        return
    path, (found, do) = problems[0]
    others = "".join(f"\n  {other}: {reason}" for other, (reason, _) in problems[1:])
    raise errors.UnsupportedTensorError(
        f"{found}{'; and so with ' + str(len(problems) - 1) + ' more' if others else ''}{others}",
        needed="a tensor whose memory can be written",
        do=do,
        path=path,
    )


def put(job: Job, order: Order, undo: Undo) -> weights.Entry:
    """Write one tensor."""
    slot = job.slot
    if slot.parametrization is not None:
        return _put_parametrized(job, slot.parametrization, order, undo)
    tensor, runs = slot.tensor, None
    if kinds.is_dtensor(tensor):
        runs, tensor = shards.runs(tensor, path=slot.path), tensor.to_local()
    if tensor.numel() == 0:
        return weights.unmeasured(job.assignment, note="no elements here")
    undo.keep(memory.collapsed(tensor, like=tensor))
    made = sinks.put(tensor, job.assignment, seed=order.seed, runs=runs, threads=order.threads)
    return weights.written(job.assignment, made)


def size(job: Job) -> int:
    """Bytes that writing the job changes."""
    if job.slot.parametrization is not None:
        return sum(tensor.nbytes for tensor in job.slot.parametrization.tensors())
    tensor = job.slot.tensor
    return tensor.to_local().nbytes if kinds.is_dtensor(tensor) else tensor.nbytes


def _problem(slot: Slot) -> tuple[str, str] | None:
    if slot.parametrization is not None:
        return slot.parametrization.problem()
    if kinds.is_dtensor(slot.tensor):
        shards.runs(slot.tensor, path=slot.path)
        return kinds.unwritable(slot.tensor.to_local())
    return kinds.unwritable(slot.tensor)


def _put_parametrized(
    job: Job, parametrization: Parametrization, order: Order, undo: Undo
) -> weights.Entry:
    stand_in, stored = job.slot.tensor, parametrization.tensors()
    value = torch.empty(stand_in.shape, dtype=stand_in.dtype)
    sinks.put(value, job.assignment, seed=order.seed, threads=order.threads)
    _keep(parametrization, undo)
    parametrization.store(value.to(stored[0].device), rng.derive_key(order.seed, job.slot.path))
    torch.autograd.graph.increment_version(stored)
    effective = parametrization.read().cpu().contiguous()
    if _agree(effective, value):
        return weights.written(job.assignment, arrays.array(effective))
    note = f"the layer uses what its parametrization makes of these values, std {_std(effective)}"
    warnings.warn(f"{job.slot.path}: {note}", errors.IsometryWarning, stacklevel=6)
    return replace(weights.written(job.assignment, arrays.array(value)), note=note)


def _keep(parametrization: Parametrization, undo: Undo) -> None:
    """Remember the stored tensors, which may be replaced as well as rewritten."""
    before = [(owner, name, getattr(owner, name)) for owner, name in parametrization.stored()]

    def put_back() -> None:
        for owner, name, tensor in before:
            setattr(owner, name, tensor)
        parametrization.refresh()

    undo.then(put_back)
    undo.keep(*parametrization.tensors())


def _agree(effective: Tensor, value: Tensor) -> bool:
    """Whether the layer uses the value, but for the rounding of a norm and a product."""
    slack = 8 * torch.finfo(value.dtype).eps
    return torch.allclose(effective.double(), value.double(), rtol=slack, atol=0.0)


def _std(values: Tensor) -> str:
    return f"{values.double().std(correction=0).item():.4g}"


@contextmanager
def _undoing(undo: Undo, entries: list[weights.Entry], jobs: Sequence[Job]) -> Iterator[None]:
    try:
        yield
    except BaseException as cause:  # KeyboardInterrupt too must not leave half a model unsaid
        if undo.copies:
            undo.roll_back()
            raise
        written = tuple(entry.path for entry in entries if entry.writes)
        raise errors.ApplyError(
            f"{type(cause).__name__}: {cause}. {len(written)} of {len(jobs)} tensors hold new "
            "values, and this one may hold some",
            written=written,
            needed="all tensors written",
            do="call apply again, which gives the same weights; a larger backup= would have undone "
            "this",
            path=jobs[len(entries)].slot.path,
        ) from cause
