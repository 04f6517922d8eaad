"""What was decided for one tensor, and the rules that say so."""

from collections.abc import Iterable
from dataclasses import dataclass

from isometry.parameters import Parameter
from isometry.recipes.rule import Rule, Selector
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


def rules(decisions: Iterable[Decision]) -> tuple[Rule, ...]:
    """One rule for all tensors of the same scheme and reason, in the order of their first."""
    groups: dict[tuple[Scheme, str], list[str]] = {}
    for one in decisions:
        groups.setdefault((one.scheme, one.reason), []).append(one.parameter.path)
    return tuple(
        Rule(Selector(paths=frozenset(paths)), scheme, reason, required=False)
        for (scheme, reason), paths in groups.items()
    )
