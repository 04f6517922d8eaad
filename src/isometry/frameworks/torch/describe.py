"""A model as a list of descriptions: what every tensor is, and no value."""

from torch import nn

from isometry.frameworks.torch import kinds, layers, packed
from isometry.frameworks.torch.slots import Slot, slots
from isometry.parameters import Parameter


def describe(model: nn.Module) -> tuple[Parameter, ...]:
    """Every parameter and buffer of ``model`` once, in the model's order; nothing is changed.

    Wrappers are seen through, shapes are global (a ``DTensor``'s, never its shard's), tied tensors
    are one entry with all their paths, and a parametrized weight is the weight that the layer uses.

    Args:
        model: A module on any device, meta included.

    Returns:
        Descriptions, whose paths, shapes and dtypes are those a plan speaks of.

    Raises:
        UnsupportedTensorError: A tensor whose shape or meaning cannot be known: lazy, partitioned
            by ZeRO-3, packed by quantization, overlapping another.

    >>> for parameter in describe(nn.Linear(4, 2)):
    ...     print(parameter.path, parameter.shape, parameter.role, parameter.layer)
    weight (2, 4) weight linear
    bias (2,) bias linear
    """
    return tuple(parameter for _, parameter in described(model))


def described(model: nn.Module) -> tuple[tuple[Slot, Parameter], ...]:
    """Every tensor of ``model`` together with its description."""
    packed.refuse(model)
    return tuple((slot, _parameter(slot)) for slot in slots(model))


def _parameter(slot: Slot) -> Parameter:
    tensor, place = slot.tensor, slot.places[0]
    kinds.refuse_undescribable(slot.path, tensor, place.owner)
    meaning = layers.meanings(place.owner).get(place.name, layers.Meaning("free", "custom"))
    facts = {"module": _class_name(place.owner), **meaning.facts}
    return Parameter(
        path=slot.path,
        shape=tuple(tensor.shape),
        dtype=kinds.dtype_name(tensor.dtype),
        role=meaning.role,
        layer=meaning.layer,
        axes=meaning.axes,
        kind=slot.kind,
        persistent=slot.persistent,
        ties=tuple(sorted(other.path for other in slot.places[1:])),
        facts=tuple(sorted(facts.items())),
    )


def _class_name(owner: nn.Module) -> str:
    return type(owner).__name__.removeprefix("Parametrized")
