"""What was decided for one tensor, and the rules that say so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from isometry.parameters import Parameter
from isometry.recipes import fragments
from isometry.recipes.rule import Rule
from isometry.schemes import Scheme


@dataclass(frozen=True, slots=True)
class Decision:
    """One tensor, its scheme and the reason.

    Attributes:
        parameter: The tensor.
        scheme: How it is filled.
        reason: Why.
    """

    parameter: Parameter
    scheme: Scheme
    reason: str


def rules(parameters: Sequence[Parameter], decisions: Iterable[Decision]) -> tuple[Rule, ...]:
    """One rule for all tensors of the same scheme and reason, in the model's order."""
    held = {one.parameter.path: fragments.Choice(one.scheme, one.reason) for one in decisions}
    return fragments.chosen(parameters, lambda one: held.get(one.path))
