"""Who has set a tensor: what ``overwrite=False`` keeps.

A mark on a tensor is lost when a wrapper, ``.to()`` or sharding replaces the tensor, so marks are
kept beside the model: by the module that owns the tensor and its name there, for as long as that
module lives. A copy of a model is another model and starts unclaimed.
"""

from collections.abc import Iterable

from torch import nn
from torch.utils.weak import WeakIdKeyDictionary

from isometry.frameworks.torch.slots import Slot, slots

_CLAIMED: "WeakIdKeyDictionary" = WeakIdKeyDictionary()


def claim(*modules: nn.Module) -> None:
    """Declare every tensor of ``modules`` as set: ``apply(..., overwrite=False)`` keeps it.

    ``apply`` itself claims what it writes.

    >>> layer = nn.Linear(2, 2)
    >>> claim(layer)
    >>> [is_claimed(slot) for slot in slots(nn.Sequential(layer, nn.Linear(2, 2)))]
    [True, True, False, False]
    """
    for module in modules:
        mark(slots(module))


def release(*modules: nn.Module) -> None:
    """Take back every claim on the tensors of ``modules``."""
    for module in modules:
        for slot in slots(module):
            for place in slot.places:
                _names(place.owner).discard(place.name)


def mark(claimed: Iterable[Slot]) -> None:
    """Claim single tensors, under all their names."""
    for slot in claimed:
        for place in slot.places:
            _names(place.owner).add(place.name)


def is_claimed(slot: Slot) -> bool:
    """Whether somebody has set it, under any of its names."""
    return any(place.name in _names(place.owner) for place in slot.places)


def _names(owner: nn.Module) -> set[str]:
    if owner not in _CLAIMED:
        _CLAIMED[owner] = set()
    names: set[str] = _CLAIMED[owner]
    return names
