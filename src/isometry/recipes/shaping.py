"""Kernel shaping as an initialization: the unchanged network starts as the shaped one.

DKS (Martens et al. 2021) and smooth TAT (Zhang et al. 2022) ask for transformed activations, for
orthogonal weights and for sums whose weights have squares that add up to 1. All of it fits into
weights and biases: a stream of ``L`` branches, each of weight ``1/sqrt(L)``, has the second moment
``q = 1 + l/L`` before branch ``l``, which the branch's first weight takes out again.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import sqrt

from isometry import errors, theory
from isometry.parameters import LINEAR, Parameter
from isometry.recipes import fragments, shaped
from isometry.recipes.auto import blocks, edges
from isometry.recipes.decisions import Decision, rules
from isometry.recipes.levels import Level, entry, is_branch, levels
from isometry.recipes.rule import Recipe

Stack = tuple[Level, ...]
Solve = Callable[[str], theory.Shape]
"""From an activation's name to its shape in this model."""


def dks(parameters: Sequence[Parameter] = (), *, zeta: float = theory.DKS_PEAK) -> Recipe:
    """Deep kernel shaping, written into weights and biases: deep plain nets as trainable as any.

    Args:
        parameters: The model's tensors, with what its graph shows around them.
        zeta: Largest slope ``C'(1)`` of the network.

    Returns:
        The recipe.

    Raises:
        InputError: The graph is not known or shows nothing to shape, or no shape has that slope.
    """

    def solve(net: theory.Network, name: str) -> theory.Shape:
        return theory.dks(name, slope=theory.slope_for(net, zeta=zeta))

    return _recipe("dks", parameters, solve, ("martens2021",))


def tat(parameters: Sequence[Parameter] = (), *, tau: float = theory.TAT_PEAK) -> Recipe:
    """Tailored activations, smooth ones, written into weights and biases.

    Args:
        parameters: The model's tensors, with what its graph shows around them.
        tau: Largest curvature ``C''(1)`` of the network.

    Returns:
        The recipe.

    Raises:
        InputError: The graph is not known or shows nothing to shape, or an activation has a kink.
    """

    def solve(net: theory.Network, name: str) -> theory.Shape:
        return theory.tat(name, curvature=theory.curvature_for(net, tau=tau))

    return _recipe("tat", parameters, solve, ("zhang2022",))


def _recipe(
    name: str,
    parameters: Sequence[Parameter],
    solve: Callable[[theory.Network, str], theory.Shape],
    references: tuple[str, ...],
) -> Recipe:
    stacks = levels(parameters)
    if parameters and not any(_bent(stack) for stack in stacks):
        raise errors.InputError(
            "the model's graph shows no weights with only an activation between them",
            needed="plain stacks or branches without norms, whose activations can be shaped",
            do="choose auto, which knows what to do beside norms, or pass an example",
            path=f"recipe {name}",
        )
    decisions = [*edges.tables(parameters), *_decided(stacks, solve, name)]
    taken = {one.parameter.path for one in decisions}
    decisions += blocks.decided([one for one in parameters if one.path not in taken])
    return Recipe(
        name=name,
        summary="Kernel shaping, written into weights and biases alone.",
        rules=(
            *rules(parameters, decisions),
            fragments.ORTHOGONAL_RECURRENCE,
            *fragments.others(parameters),
        ),
        references=references,
    )


def _decided(
    stacks: Sequence[Stack],
    solve: Callable[[theory.Network, str], theory.Shape],
    name: str,
) -> Iterator[Decision]:
    bent = [stack for stack in stacks if _bent(stack)]
    for stack in bent:
        _check_branch(stack)
    if not bent:
        return
    found = partial(solve, _network(bent))
    for stack in bent:
        shapes = [found(level.after) if level.after else None for level in stack]
        words = f"Kernel shaping ({name}) through the whole network"
        if is_branch(stack):
            yield from _branch(stack, shapes, words)
        else:
            yield from shaped.decided(stack, shapes, words=words, entry=entry(stack[0]))


def _branch(stack: Stack, shapes: Sequence[theory.Shape | None], words: str) -> Iterator[Decision]:
    place, depth = _standing(stack)
    q = 1.0 + (place - 1) / depth
    yield from shaped.decided(
        stack, shapes, words=words, entry=1.0 / sqrt(q), out=1.0 / sqrt(depth)
    )


def _check_branch(stack: Stack) -> None:
    first = stack[0].weight
    feeds = first.surroundings.feeds if first.surroundings is not None else ()
    if is_branch(stack) and feeds != (LINEAR,):
        raise errors.InputError(
            f"an activation of the stream itself feeds this branch: {', '.join(feeds)}",
            needed="branches that begin with a weight, which can carry the shape's scale and shift",
            do="choose auto or fixup",
            path=first.path,
        )


def _bent(stack: Stack) -> int:
    return sum(bool(level.after) for level in stack)


def _standing(stack: Stack) -> tuple[int, int]:
    """Which sum of its stream a branch ends in, and how many there are."""
    around = stack[-1].weight.surroundings
    assert around is not None  # it stands in a stack
    return around.place, max(around.depth, 1)


def _network(stacks: Sequence[Stack]) -> theory.Network:
    """All stacks in their order, as kernel shaping sees them."""
    return theory.Chain(tuple(map(_part, stacks)))


def _part(stack: Stack) -> theory.Network:
    layers = theory.Layers(_bent(stack))
    if not is_branch(stack):
        return layers
    place, depth = _standing(stack)
    q = 1.0 + (place - 1) / depth
    return theory.Residual(layers, shortcut=sqrt(q / (q + 1.0 / depth)))
