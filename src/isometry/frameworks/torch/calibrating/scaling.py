"""Factors on weights and biases, written where the weight is stored; what is not possible, said.

Values are written through ``.data``: a forward that records gradients may hold other views of the
same parameter, such as the thirds of a packed projection, and autograd would refuse those.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from isometry import rng
from isometry.frameworks.torch import kinds
from isometry.frameworks.torch.calibrating.learned import Learned
from isometry.frameworks.torch.calibrating.uses import Use
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.undo import Undo


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A weight or bias that a call uses, with the model's tensor that it is.

    Attributes:
        slot: The model's tensor.
        tensor: What the call gets: that tensor, a part of it, or what is computed from it.
        direct: Whether both share memory.
        aligned: Whether their entries stand in the same places.
    """

    slot: Slot
    tensor: Tensor
    direct: bool
    aligned: bool = False

    @property
    def whole(self) -> bool:
        """Whether the call uses all of it."""
        return self.tensor.numel() == self.slot.tensor.numel()


def target_of(tensor: Tensor, learned: Learned) -> Target | str:
    """What must be written for a factor on ``tensor``, or why that cannot be."""
    origin = learned.origin(tensor)
    if origin is None:
        return "it is computed from the signal"
    owners = [slot for slot in origin.slots if slot.kind == "parameter"]
    if len(owners) != 1:
        return f"it is computed from {len(owners)} parameters"
    slot = owners[0]
    stored = slot.tensors if slot.parametrization is None else slot.parametrization.tensors()
    if not any(one.requires_grad for one in stored):
        return "it is frozen"
    if slot.parametrization is not None:
        problem = slot.parametrization.problem()
        return problem[0] if problem else Target(slot, tensor, direct=False)
    problem = kinds.unwritable(slot.tensor)
    if problem is not None:
        return problem[0]
    direct = learned.slot(tensor) is slot
    if not direct and not origin.faithful:
        return "what the layer uses is no multiple of it"
    return Target(slot, tensor, direct, origin.aligned)


def exact(values: Tensor, like: Tensor) -> Tensor:
    """Factors or shifts beside a tensor, in single precision at least.

    Rounded to bfloat16, a factor would be off by up to 0.4 percent, and so would all entries.
    """
    return values.to(like.device, torch.promote_types(like.dtype, torch.float32))


def scale_weight(target: Target, use: Use, factors: Tensor, undo: Undo) -> str:
    """Multiply a weight by a factor for each unit.

    Args:
        target: The weight.
        use: The call that uses it.
        factors: Shape (units,) or (1,).
        undo: What remembers the old values.

    Returns:
        Why it could not be done; empty where it was.
    """
    with torch.no_grad():
        spread = exact(use.on_weight(factors), target.tensor)
        if target.slot.parametrization is not None:
            return _scale_parametrized(target, spread, undo)
        if target.direct:
            undo.keep(target.slot.tensor)
            target.tensor.data.mul_(spread)
            return ""
        if spread.numel() > 1 and not target.aligned:
            return "its units lie otherwise in the layer than where it is stored"
        undo.keep(target.slot.tensor)
        target.slot.tensor.data.mul_(spread)
        target.tensor.data.mul_(spread)  # later calls may take the same computed weight
        return ""


def _scale_parametrized(target: Target, spread: Tensor, undo: Undo) -> str:
    found = target.slot.parametrization
    assert found is not None
    before = found.read()
    if spread.numel() > 1 and before.shape != target.tensor.shape:
        return "its units lie otherwise in the layer than where it is stored"
    wanted, trial = before * spread, Undo(copies=True)
    trial.then(found.refresh)
    trial.keep(*found.tensors())
    try:
        found.store(wanted, rng.derive_key(0, target.slot.path))
    except (RuntimeError, ValueError) as problem:
        trial.roll_back()
        return f"its parametrization refuses a factor ({problem})"
    if not torch.allclose(found.read(), wanted, rtol=1e-4, atol=0.0):
        trial.roll_back()
        return "its parametrization keeps no factor"
    undo.then(trial.roll_back)
    return ""


def scale_bias(target: Target, factors: Tensor, shifts: Tensor, undo: Undo) -> None:
    """Multiply a bias and add to it, unit by unit.

    Args:
        target: The bias; its memory is the model's.
        factors: Shape (units,) or (1,).
        shifts: Likewise.
        undo: What remembers the old values.
    """
    with torch.no_grad():
        undo.keep(target.slot.tensor)
        value = target.tensor.data
        value.copy_(value * exact(factors, value) + exact(shifts, value))


class Seen:
    """Which elements of the model's tensors a call has used already."""

    def __init__(self) -> None:
        self._whole: set[str] = set()
        self._parts: dict[str, Tensor] = {}

    def fresh(self, target: Target) -> bool:
        """Whether no call has used any of these elements before."""
        path = target.slot.path
        if path in self._whole:
            return False
        return path not in self._parts or not bool(self._part(target).any())

    def take(self, target: Target) -> None:
        """From now on these elements are used."""
        if not target.direct or target.whole:
            self._whole.add(target.slot.path)
        else:
            self._part(target).fill_(1)

    def _part(self, target: Target) -> Tensor:
        """The flags of the elements that a call uses, as a view of those of the whole tensor."""
        owner, used = target.slot.tensor, target.tensor
        if not target.direct or target.whole:
            return self._parts[target.slot.path]
        flags = self._parts.setdefault(target.slot.path, torch.zeros_like(owner, dtype=torch.bool))
        offset = used.storage_offset() - owner.storage_offset()
        return flags.as_strided(used.shape, used.stride(), offset)
