"""Orthogonal weights to start from, of a size that the data is about to decide."""

from torch import Tensor

from isometry import plans, recipes, schemes
from isometry.frameworks.torch import write
from isometry.frameworks.torch.calibrating.subject import Subject
from isometry.frameworks.torch.describe import describe
from isometry.frameworks.torch.undo import Undo

ROLES = ("input", "recurrent", "weight")
"""What a matrix can be for."""


def orthogonal(subject: Subject, seed: int, undo: Undo) -> None:
    """Make every weight orthogonal that is neither zero nor kept by the caller.

    Args:
        subject: The model.
        seed: Of the weights.
        undo: What remembers the old values.
    """
    chosen = []
    for slot, parameter in subject.slots:
        if parameter.role in ROLES and not subject.kept(slot.path) and _alive(slot.tensor):
            undo.keep(slot.tensor)
            chosen.append(slot.path)
    if chosen:
        plan = plans.decide(describe(subject.model), _recipe(frozenset(chosen)))
        write.apply(plan, subject.model, seed=seed)


def _recipe(chosen: frozenset[str]) -> recipes.Recipe:
    why = "The data decides the size."
    some = recipes.Rule(recipes.Selector(paths=chosen), schemes.Orthogonal(), why)
    rest = recipes.Rule(recipes.Selector(), None, "No weight, or kept.", required=False)
    return recipes.Recipe("orthogonal-start", "Orthogonal weights.", (some, rest))


def _alive(tensor: Tensor) -> bool:
    """Whether a weight has memory of its own, is trained, and was not made zero on purpose."""
    return not tensor.is_meta and tensor.requires_grad and bool(tensor.any())
