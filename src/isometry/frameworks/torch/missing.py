"""Filling what a partial checkpoint left out."""

from collections.abc import Collection, Mapping
from typing import Any

from torch import nn
from torch.nn.modules.module import _IncompatibleKeys

from isometry import errors, plans, weights
from isometry.frameworks.torch import paths, sharding
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.write import BACKUP, Job, Order, jobs_of, write

LOADED = "loaded from a checkpoint"
"""Why a tensor is kept."""

EXTRA_STATE = "_extra_state"
"""Last segment of a state dict's entries that are no tensors of the model."""


def initialize_missing(
    plan: plans.Plan,
    model: nn.Module,
    loaded: Collection[str] | Mapping[str, Any],
    *,
    seed: int = 0,
    threads: int | None = None,
    backup: int = BACKUP,
) -> weights.Ledger:
    """Write only the tensors that a checkpoint did not bring; what it brought is not touched.

    A tied tensor is loaded when any of its names is.

    Args:
        plan: For the whole model; the tensors that are loaded have the values they would have had.
        model: After loading.
        loaded: The names that were loaded, such as the keys of the state dict; or what
            ``load_state_dict(strict=False)`` returned; or transformers' ``loading_info``.
        seed: As in :func:`isometry.frameworks.torch.apply`, and so are the others.
        threads: How many threads fill.
        backup: Bytes of copies.

    Returns:
        What was written, and what was kept because it was loaded.

    Raises:
        MismatchError: A name that the model does not have, so that nothing is taken for missing
            only because it is called otherwise.
    """
    with sharding.gathered(model):
        jobs = jobs_of(plan, model)
        brought = _brought(jobs, model, loaded)
        order = Order(seed, threads, backup)
        return write(plan, jobs, order, keep=lambda job: LOADED if id(job) in brought else "")


def _brought(jobs: list[Job], model: nn.Module, loaded: Collection[str]) -> set[int]:
    by_key = {key: job for job in jobs for key in _keys(job.slot)}
    missing = _missing(loaded)
    names = missing if missing is not None else loaded
    keys = {_key(model, name) for name in names if not name.endswith(EXTRA_STATE)}
    unknown = sorted(keys - by_key.keys())
    if unknown:
        raise errors.MismatchError(
            f"the model has no tensor of {len(unknown)} of {len(keys)} names: {', '.join(unknown)}",
            needed="names of the model's tensors, such as the keys of its state dict",
            do="rename or drop them",
        )
    named = {id(by_key[key]) for key in keys}
    return named if missing is None else {id(job) for job in jobs} - named


def _missing(loaded: Collection[str]) -> Collection[str] | None:
    """The names that a report of loading calls missing; ``None`` where ``loaded`` is no report."""
    if isinstance(loaded, _IncompatibleKeys):
        return list(loaded.missing_keys)
    if isinstance(loaded, Mapping) and "missing_keys" in loaded:
        return list(loaded["missing_keys"])
    return None


def _keys(slot: Slot) -> list[str]:
    stored = slot.parametrization.keys() if slot.parametrization is not None else ()
    owner = slot.path.removesuffix(slot.places[0].name).removesuffix(".")
    return [*(place.path for place in slot.places), *(paths.join(owner, key) for key in stored)]


def _key(model: nn.Module, name: str) -> str:
    is_parallel = isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel)
    return paths.normalise(name.removeprefix("module.") if is_parallel else name)
