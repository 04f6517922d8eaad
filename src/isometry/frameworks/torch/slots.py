"""The slots of a model: every tensor that it owns, once, with all the names that lead to it.

A slot is *logical*: a parametrized weight is one slot, whatever originals its parametrization
stores, and tied weights are one slot with several places.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from isometry.frameworks.torch import memory, parametrized, paths
from isometry.frameworks.torch.parametrization import Parametrization

Kind = Literal["buffer", "parameter"]


@dataclass(frozen=True, slots=True)
class Place:
    """One registered name: ``owner``'s attribute ``name``, at address ``path``."""

    path: str
    owner: nn.Module
    name: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One tensor of a model.

    Attributes:
        places: All names that lead to it, in the model's order; the first one names it.
        tensors: The tensor of each place: one and the same object, or several over the same memory.
        kind: Parameter or buffer.
        persistent: Whether it belongs in a checkpoint.
        parametrization: What stands between the stored originals and the weight, if anything does;
            ``tensors`` then holds a stand-in on the meta device, of the logical shape.
    """

    places: tuple[Place, ...]
    tensors: tuple[Tensor, ...]
    kind: Kind
    persistent: bool
    parametrization: Parametrization | None = None

    @property
    def path(self) -> str:
        """The address of the first place."""
        return self.places[0].path

    @property
    def tensor(self) -> Tensor:
        """The tensor of the first place."""
        return self.tensors[0]

    @property
    def owner(self) -> nn.Module:
        """The module of the first place."""
        return self.places[0].owner


def slots(model: nn.Module) -> tuple[Slot, ...]:
    """Every tensor of ``model`` once, module by module, parameters before buffers.

    Args:
        model: Any module.

    Returns:
        Slots in the model's order; a tied tensor stands at its first name.

    Raises:
        UnsupportedTensorError: Two tensors share a part of their memory, or a parametrization
            cannot say what shape its weight has.
    """
    return tuple(_tied(list(_singles(model))))


def _singles(model: nn.Module) -> Iterator[Slot]:
    hidden: set[int] = set()
    seen: set[tuple[int, str, str]] = set()
    for path, module in paths.modules(model):
        if id(module) in hidden:
            continue
        for slot in (*_parametrized(module, path, hidden), *_plain(module, path)):
            place = slot.places[0]
            address = (id(place.owner), place.name, place.path)
            if address not in seen:  # a wrapper that forwards to its module shows it twice
                seen.add(address)
                yield slot


def _parametrized(module: nn.Module, path: str, hidden: set[int]) -> Iterator[Slot]:
    for found in parametrized.of(module):
        hidden.update(id(part) for part in found.hides)
        place = Place(paths.join(path, found.name), module, found.name)
        stand_in = found.stand_in(place.path)
        kind: Kind = "parameter" if found.is_parameter else "buffer"
        yield Slot((place,), (stand_in,), kind, persistent=True, parametrization=found)


def _plain(module: nn.Module, path: str) -> Iterator[Slot]:
    taken = parametrized.taken(module)
    for name, parameter in module._parameters.items():
        if parameter is not None and name not in taken:
            place = Place(paths.join(path, name), module, name)
            yield Slot((place,), (parameter,), "parameter", persistent=True)
    for name, buffer in module._buffers.items():
        if buffer is not None and name not in taken:
            place = Place(paths.join(path, name), module, name)
            persistent = name not in module._non_persistent_buffers_set
            yield Slot((place,), (buffer,), "buffer", persistent=persistent)


def _tied(singles: list[Slot]) -> Iterator[Slot]:
    groups: dict[object, list[Slot]] = {}
    for slot in singles:
        groups.setdefault(_identity(slot), []).append(slot)
    memory.refuse_partial_overlap((group[0].path, group[0].tensor) for group in groups.values())
    for group in groups.values():
        yield _joined(group)


def _identity(slot: Slot) -> object:
    if slot.parametrization is not None:
        return slot.parametrization.identity
    return memory.identity(slot.tensor)


def _joined(group: list[Slot]) -> Slot:
    first = group[0]
    return Slot(
        places=tuple(place for slot in group for place in slot.places),
        tensors=tuple(tensor for slot in group for tensor in slot.tensors),
        kind="parameter" if any(slot.kind == "parameter" for slot in group) else "buffer",
        persistent=any(slot.persistent for slot in group),
        parametrization=first.parametrization,
    )
