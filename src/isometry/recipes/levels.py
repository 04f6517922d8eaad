"""The weights of plain stacks in order, with their biases and the activations between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from isometry.parameters import LINEAR, Parameter
from isometry.recipes import feeding


@dataclass(frozen=True, slots=True)
class Level:
    """One weight of a stack.

    Attributes:
        weight: The weight.
        bias: Its bias, if it has one.
        before: The activation in front of it inside the stack; empty where there is none.
        after: The activation behind it inside the stack; empty where there is none.
    """

    weight: Parameter
    bias: Parameter | None
    before: str
    after: str


def levels(parameters: Sequence[Parameter]) -> tuple[tuple[Level, ...], ...]:
    """The levels of every plain stack, stacks in order of their numbers."""
    weights: dict[int, dict[int, Parameter]] = {}
    biases: dict[tuple[int, int], Parameter] = {}
    for one in parameters:
        around = one.surroundings
        if around is None or not around.stack:
            continue
        if one.role == "weight":
            weights.setdefault(around.stack, {})[around.level] = one
        elif one.role == "bias":
            biases[around.stack, around.level] = one
    return tuple(
        _levels(members, {level: biases.get((number, level)) for level in members})
        for number, members in sorted(weights.items())
        if _is_whole(members)
    )


def _is_whole(members: dict[int, Parameter]) -> bool:
    """Whether every weight of the stack is one that a rule can speak of."""
    around = next(iter(members.values())).surroundings
    return around is not None and len(members) == around.levels


def _levels(
    weights: dict[int, Parameter], biases: dict[int, Parameter | None]
) -> tuple[Level, ...]:
    count = len(weights)
    between = [_activation(weights[level]) for level in range(2, count + 1)]
    before, after = ["", *between], [*between, ""]
    return tuple(
        Level(weights[level], biases[level], before[level - 1], after[level - 1])
        for level in range(1, count + 1)
    )


def _activation(weight: Parameter) -> str:
    """The activation that made a weight's input inside its stack; empty for none."""
    around = weight.surroundings
    assert around is not None  # it stands in a stack
    return "" if around.feeds == (LINEAR,) else "+".join(around.feeds)


def entry(level: Level) -> float:
    """The gain that what feeds a stack's first weight from outside asks for; 1 for the others."""
    around = level.weight.surroundings
    assert around is not None  # it stands in a stack
    return 1.0 if level.before else feeding.feed(around.feeds or (LINEAR,)).gain


def is_branch(stack: tuple[Level, ...]) -> bool:
    """Whether a stack belongs to the branch of a residual sum."""
    return any(
        level.weight.surroundings is not None
        and level.weight.surroundings.residual in ("branch", "output")
        for level in stack
    )
