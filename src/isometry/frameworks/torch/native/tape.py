"""The tape: every write that a running initialization made, storage by storage.

A tensor is seen as a *region* of a *storage*. Parameters, their ``.data``, slices, transposes and
chunks are different regions of one storage, so a write through any of them is found again by
asking for the storage, whatever object it went through.
"""

from dataclasses import dataclass, field
from typing import Any

import torch

from isometry.frameworks.torch.native.sites import Site

__all__ = ["Call", "Literal", "Ref", "Region", "StorageLog", "Tape", "Write", "region_of"]


@dataclass(frozen=True, slots=True)
class Region:
    """Where the elements of a tensor lie in its storage.

    Attributes:
        offset: Place of the first element, in elements.
        size: Length of each axis.
        stride: Step of each axis, in elements.
    """

    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    def numel(self) -> int:
        """Number of elements."""
        numel = 1
        for length in self.size:
            numel *= length
        return numel


@dataclass(frozen=True, slots=True)
class Ref:
    """A tensor as it was when an operator received it: a region of a recorded storage."""

    storage: int
    region: Region
    dtype: torch.dtype


@dataclass(frozen=True, slots=True)
class Literal:
    """A tensor whose values are known, copied when an operator received it."""

    tensor: torch.Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One operator call.

    Attributes:
        name: The operator without its overload, such as ``"normal_"``.
        func: The operator itself; ``None`` for a function of ``torch.nn.init`` taken as a whole.
        args: Positional arguments, tensors replaced by ``Ref`` and ``Literal``.
        kwargs: Named arguments, likewise.
        site: Who made the call.
        time: Its place on the tape.
    """

    name: str
    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    site: Site
    time: int


@dataclass(frozen=True, slots=True, eq=False)
class Write:
    """What a call wrote where.

    Attributes:
        call: The call.
        storage: Where.
        region: The elements that it wrote.
        dtype: What they were written as.
        output: Which of the call's results this is.
    """

    call: Call
    storage: int
    region: Region
    dtype: torch.dtype
    output: int = 0


@dataclass(slots=True)
class StorageLog:
    """All that happened to one storage.

    Attributes:
        storage: The storage; held so that its identity is never given to another.
        writes: Writes in the order of time.
        base: What it held before the first of them, where that is known.
    """

    storage: torch.UntypedStorage
    writes: list[Write] = field(default_factory=list)
    base: torch.Tensor | None = None


@dataclass(slots=True)
class Tape:
    """All storages by identity, and the clock.

    Attributes:
        storages: Logs of the storages that hold draws, by identity.
        notes: Who last wrote a storage that holds real values, and with what; for reasons alone.
        time: The last point in time.
    """

    storages: dict[int, StorageLog] = field(default_factory=dict)
    notes: dict[int, tuple[str, Site]] = field(default_factory=dict)
    time: int = 0

    def log(self, tensor: torch.Tensor) -> StorageLog:
        """The log of the tensor's storage, opened where there is none."""
        storage = tensor.untyped_storage()
        found = self.storages.get(storage._cdata)
        if found is None:
            found = self.storages[storage._cdata] = StorageLog(storage)
        return found

    def knows(self, tensor: torch.Tensor) -> bool:
        """Whether the tensor's storage was written by a recorded call."""
        return tensor.untyped_storage()._cdata in self.storages

    def ref(self, tensor: torch.Tensor) -> Ref:
        """The tensor as a reference that later changes of the object cannot touch."""
        log = self.log(tensor)
        return Ref(log.storage._cdata, region_of(tensor), tensor.dtype)

    def adopt(self, tensor: torch.Tensor) -> StorageLog:
        """The log of a tensor's storage; what a real one holds before its first write is kept."""
        known = self.knows(tensor)
        log = self.log(tensor)
        if not known and not tensor.is_meta:
            log.base = _whole(tensor).clone()
        return log

    def tick(self) -> int:
        """The next point in time."""
        self.time += 1
        return self.time


def region_of(tensor: torch.Tensor) -> Region:
    """The region that a strided tensor covers."""
    return Region(int(tensor.storage_offset()), tuple(tensor.shape), tensor.stride())


def _whole(tensor: torch.Tensor) -> torch.Tensor:
    items = tensor.untyped_storage().nbytes() // tensor.element_size()
    return tensor.detach().as_strided((items,), (1,), 0)
