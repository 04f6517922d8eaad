"""Which tensors of a run are computed from parameters alone, and from which."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.tracing import calls
from isometry.frameworks.torch.tracing.tape import storage_of
from isometry.graphs import operations

PRODUCTS = frozenset(("div", "mul", "neg"))
"""Calls that keep a factor, as views do: of ``c·w`` they make ``c`` times what ``w`` becomes."""


Given = tuple[tuple[Any, ...], dict[str, Any]]
"""Arguments of a call, and its named ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where a tensor without signal comes from.

    Attributes:
        tensor: The tensor itself, held so that its identity stays its own.
        slots: The model's tensors that it is computed from.
        faithful: Whether a factor on its one slot is a factor on it.
        aligned: Whether its entries stand where those of its slot do.
    """

    tensor: Tensor
    slots: tuple[Slot, ...]
    faithful: bool
    aligned: bool


class Learned:
    """Follows what is computed without the signal.

    Args:
        slots: The parameters and buffers of the model.
    """

    def __init__(self, slots: Iterable[Slot]) -> None:
        self.by_tensor: dict[int, Slot] = {}
        self.by_storage: dict[int, Slot] = {}
        self._made: dict[int, Origin] = {}
        for slot in slots:
            held = slot.tensors if slot.parametrization is None else slot.parametrization.tensors()
            for tensor in held:
                self.by_tensor[id(tensor)] = slot
                if slot.parametrization is None and tensor.numel():
                    self.by_storage.setdefault(storage_of(tensor), slot)

    def __call__(self, tensor: Tensor) -> bool:
        """Whether a tensor is computed from parameters, one at least, and carries no signal."""
        found = self.origin(tensor)
        return found is not None and any(slot.kind == "parameter" for slot in found.slots)

    def slot(self, tensor: Tensor) -> Slot | None:
        """The model's tensor whose memory this is, or is a part of."""
        known = self.by_tensor.get(id(tensor))
        return known or self.by_storage.get(storage_of(tensor))

    def origin(self, tensor: Tensor) -> Origin | None:
        """Where a tensor comes from; ``None`` where the signal is in it."""
        made = self._made.get(id(tensor))
        if made is not None:
            return made
        slot = self.slot(tensor)
        if slot is None:
            return None
        plain = slot.parametrization is None
        return Origin(tensor, (slot,), faithful=plain, aligned=plain)

    def follow(self, func: Callable[..., Any], op: str, given: Given, result: Any) -> None:
        """Note what a call has made, if no signal went into it.

        Args:
            func: What was called.
            op: Its canonical name.
            given: Its arguments, and its named ones.
            result: What it made.
        """
        inputs = [] if op in operations.CONSTANTS else [t for _, t in calls.tensors_in(given)]
        origins = [self.origin(tensor) for tensor in inputs]
        known = [one for one in origins if one is not None]
        if len(known) < len(origins):
            return
        found = tuple(dict.fromkeys(slot for one in known for slot in one.slots))
        learned = [one for one in known if any(slot.kind == "parameter" for slot in one.slots)]
        product = op in PRODUCTS and not (op == "div" and _divides(func, given, learned))
        keeps = product or operations.family(op) == "view"
        faithful = len(learned) == 1 and learned[0].faithful and keeps
        aligned = faithful and learned[0].aligned and (product or op in operations.CASTS)
        for _, tensor in calls.tensors_in(result):
            if self.slot(tensor) is None:
                self._made[id(tensor)] = Origin(tensor, found, faithful=faithful, aligned=aligned)


def _divides(func: Callable[..., Any], given: Given, learned: list[Origin]) -> bool:
    """Whether a tensor that is learned is what something is divided by."""
    other = calls.bound(func, "div", *given).get("other")
    return any(one.tensor is other for one in learned)
