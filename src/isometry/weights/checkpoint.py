"""A plan straight to disk: a checkpoint that is never whole in memory."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np

from isometry import errors, plans
from isometry.plans import Assignment, Plan
from isometry.weights import files
from isometry.weights.safetensors import Stored, header
from isometry.weights.streaming import CHUNK, stream

Progress = Callable[[str, int], None]
"""Called after each piece with the tensor's path and how many elements were written."""


class Options(TypedDict, total=False):
    """How a checkpoint is written; each may be left out."""

    dtype: str | None
    """Storage dtype of floating tensors; each its own where not given."""
    chunk: int
    """Elements made at a time."""
    shard_size: int | None
    """Bytes a file holds at most; one file where not given."""
    force: bool
    """Whether existing files may be replaced."""
    resume: bool
    """Whether files that an earlier run has finished are left as they are."""
    threads: int | None
    """How many threads fill."""
    progress: Progress | None
    """Told about every piece."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written to disk.

    Attributes:
        files: The files of tensors, and the index where there is one.
        tensors: How many tensors they hold.
        nbytes: Bytes of all tensors.
        seconds: How long it took.
        resumed: Files that an earlier run had finished.
        aliases: Paths left out because they are other names of a stored tensor, with its path.
    """

    files: tuple[Path, ...]
    tensors: int
    nbytes: int
    seconds: float
    resumed: tuple[Path, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)

    def to_data(self) -> dict[str, Any]:
        """The record as what JSON can hold."""
        return {
            "files": [str(path) for path in self.files],
            "tensors": self.tensors,
            "nbytes": self.nbytes,
            "seconds": self.seconds,
            "resumed": [str(path) for path in self.resumed],
            "aliases": self.aliases,
        }


@dataclass(frozen=True, slots=True)
class _Job:
    """Everything that the writing of one file needs."""

    path: Path
    assignments: tuple[Assignment, ...]
    metadata: dict[str, str]
    seed: int
    options: Options


def write_safetensors(path: Path, plan: Plan, seed: int = 0, **options: Unpack[Options]) -> Written:
    """Draw every tensor of a plan and stream it to disk.

    Non-persistent buffers and the other paths of tied tensors are left out, as frameworks do. A
    file appears under its name only when it is whole.

    Args:
        path: The ``.safetensors`` file. With ``shard_size`` files are named
            ``model-00001-of-00003.safetensors`` after it, and ``model.safetensors.index.json`` says
            which tensor is where.
        plan: What to write; it may keep nothing.
        seed: Which weights.
        **options: See :class:`Options`.

    Returns:
        What was written.

    Raises:
        PlanError: The plan keeps tensors, which have no values here.
        DtypeError: The format has no such dtype.
        ExistingFileError: A file exists, and neither ``force`` nor ``resume`` is given.
        FileError: The disk has no room, or refuses; the unfinished file is removed.
    """
    start = time.perf_counter()
    path = Path(path)
    stored = tuple(one for one in plan if one.parameter.persistent)
    _refuse_kept(stored)
    jobs = _jobs(path, plan, stored, seed, options)
    done = tuple(job.path for job in jobs if options.get("resume") and job.path.exists())
    open_jobs = [job for job in jobs if job.path not in done]
    _require_room(path, open_jobs, options)
    for job in open_jobs:
        _write_file(job)
    written = [*(job.path for job in jobs), *_write_index(path, jobs, options)]
    return Written(
        files=tuple(written),
        tensors=len(stored),
        nbytes=sum(_stored(one, options).nbytes for one in stored),
        seconds=time.perf_counter() - start,
        resumed=done,
        aliases={tie: one.parameter.path for one in stored for tie in one.parameter.ties},
    )


def _jobs(
    path: Path, plan: Plan, stored: Sequence[Assignment], seed: int, options: Options
) -> list[_Job]:
    groups = _groups(stored, options)
    metadata = {
        "format": "pt",
        "isometry.plan": plan.digest(),
        "isometry.recipe": plan.recipe,
        "isometry.seed": str(seed),
        "isometry.version": plan.version,
    }
    return [
        _Job(_file(path, n, len(groups), options), group, metadata, seed, options)
        for n, group in enumerate(groups, 1)
    ]


def _groups(stored: Sequence[Assignment], options: Options) -> list[tuple[Assignment, ...]]:
    """Tensors in order, cut where a file would grow over its size."""
    limit = options.get("shard_size")
    groups: list[list[Assignment]] = [[]]
    room = limit or 0
    for one in stored:
        size = _stored(one, options).nbytes
        if limit is not None and groups[-1] and size > room:
            groups.append([])
            room = limit
        groups[-1].append(one)
        room -= size
    return [tuple(group) for group in groups]


def _file(path: Path, number: int, count: int, options: Options) -> Path:
    if options.get("shard_size") is None:
        return path
    return path.with_name(f"{path.stem}-{number:05}-of-{count:05}{path.suffix}")


def _index_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.index.json")


def _write_index(path: Path, jobs: Sequence[_Job], options: Options) -> list[Path]:
    if options.get("shard_size") is None:
        return []
    places = {one.parameter.path: job.path.name for job in jobs for one in job.assignments}
    size = sum(_stored(one, options).nbytes for job in jobs for one in job.assignments)
    index = {"metadata": {"total_size": size}, "weight_map": dict(sorted(places.items()))}
    files.write_text(_index_path(path), json.dumps(index, indent=2) + "\n", force=True)
    return [_index_path(path)]


def _write_file(job: _Job) -> None:
    tensors = [_stored(one, job.options) for one in job.assignments]
    progress, chunk = job.options.get("progress"), job.options.get("chunk", CHUNK)
    with files.replaced(job.path) as file:
        file.write(header(tensors, job.metadata))
        for one, tensor in zip(job.assignments, tensors, strict=True):
            pieces = stream(
                one, job.seed, dtype=tensor.dtype, chunk=chunk, threads=job.options.get("threads")
            )
            for piece in pieces:
                file.write(piece.view(np.uint8).data)
                if progress is not None:
                    progress(tensor.path, piece.size)


def _stored(assignment: Assignment, options: Options) -> Stored:
    parameter = assignment.parameter
    dtype = plans.stored_dtype(parameter, options.get("dtype"))
    return Stored(parameter.path, parameter.shape, dtype.name, parameter.size * dtype.itemsize)


def _require_room(path: Path, jobs: Sequence[_Job], options: Options) -> None:
    """Refuse before the first byte what would fail later."""
    tensors = [_stored(one, options) for job in jobs for one in job.assignments]
    needed = sum(len(header([tensor], {})) + tensor.nbytes for tensor in tensors)
    force, resume = options.get("force", False), options.get("resume", False)
    outputs = [job.path for job in jobs]
    if options.get("shard_size") is not None and not resume:
        outputs.append(_index_path(path))
    for output in outputs:
        files.refuse_existing(output, force=force)
    files.require_space(path.parent, needed, path=path)


def _refuse_kept(stored: Sequence[Assignment]) -> None:
    kept = [one.parameter.path for one in stored if one.scheme is None]
    if kept:
        raise errors.PlanError(
            f"the plan keeps {len(kept)} tensors as they are, and a file has nothing to keep: "
            f"{', '.join(kept)}",
            needed="a scheme for every stored tensor",
            do="plan without only= and skip=, or initialize the model and save it",
        )
