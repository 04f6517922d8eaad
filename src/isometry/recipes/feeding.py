"""What a weight's gain must make up for: the activations that the graph shows around it.

A signal of second moment 1 before an activation has ``E φ²`` after it; ``gain = 1/sqrt(E φ²)`` on
the weights that come next makes it 1 again (He et al. 2015, section 2.2). A norm, the model's
input, a sum or another weight bends nothing: gain 1. An input put together from several parts
counts with the mean of their second moments.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod, sqrt

from isometry import errors, theory
from isometry.parameters import LINEAR, Parameter, Role
from isometry.recipes.rule import Rule, Selector
from isometry.schemes import Scheme

MAPS: tuple[Role, ...] = ("weight", "input")
"""Roles of tensors that map a signal, and so have a gain."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What one weight's gain is made from.

    Attributes:
        activations: Names, sorted; two that are multiplied are joined by ``*``.
        gain: Factor on the standard deviation.
        words: What was seen, for a reason.
    """

    activations: tuple[str, ...]
    gain: float
    words: str


def feed(activations: tuple[str, ...]) -> Feed:
    """The gain that these activations ask for, together.

    Args:
        activations: Names as in :class:`~isometry.parameters.Surroundings`.

    Returns:
        The gain, and the clause that says what was seen.

    >>> feed(("relu",)).words, round(feed(("relu",)).gain, 6)
    ('Its input comes from relu', 1.414214)
    >>> feed(("linear", "relu")).words, round(feed(("linear", "relu")).gain ** 2, 6)
    ('Its input comes from linear and relu', 1.333333)
    >>> feed(("composite",)).words
    'Its input comes from composite, of no known gain'
    >>> feed(("linear",)).words
    'No activation made its input'
    """
    squares = [_square(name) for name in activations]
    mean = sum(1.0 if one is None else one for one in squares) / len(squares)
    strange = [name for name, one in zip(activations, squares, strict=True) if one is None]
    words = f"Its input comes from {' and '.join(activations)}"
    words = "No activation made its input" if activations == (LINEAR,) else words
    return Feed(activations, 1 / sqrt(mean), words + (", of no known gain" if strange else ""))


def _square(name: str) -> float | None:
    """``E φ²`` at second moment 1, if theory has it."""
    try:
        return prod(theory.gain(part) ** -2 for part in name.split("*"))
    except errors.IsometryError:
        return None


def by_feed(
    parameters: Sequence[Parameter], decide: Callable[[Feed], tuple[Scheme, str]]
) -> tuple[Rule, ...]:
    """One rule for all weights that the same activations feed; none where the graph is not known.

    Args:
        parameters: The model's tensors.
        decide: From what feeds a weight to its scheme and the reason.

    Returns:
        The rules, in the order in which their activations first appear; none is required.
    """
    seen = dict.fromkeys(
        one.surroundings.feeds
        for one in parameters
        if one.surroundings is not None and one.role in MAPS and one.surroundings.feeds
    )
    return tuple(
        Rule(Selector(roles=MAPS, feeds=names), *decide(feed(names)), required=False)
        for names in seen
    )


def by_follower(
    parameters: Sequence[Parameter], decide: Callable[[str], tuple[Scheme, str]]
) -> tuple[Rule, ...]:
    """One rule for all weights whose result goes into the same activation.

    Args:
        parameters: The model's tensors.
        decide: From the activation's name, ``linear`` where there is none, to scheme and reason.

    Returns:
        The rules, in the order in which their activations first appear; none is required.
    """
    groups: dict[str, list[str]] = {}
    for one in parameters:
        if one.surroundings is not None and one.role in MAPS:
            groups.setdefault(follower(one.surroundings.consumers), []).append(one.path)
    return tuple(
        Rule(Selector(paths=frozenset(paths)), *decide(name), required=False)
        for name, paths in groups.items()
    )


def follower(consumers: tuple[str, ...]) -> str:
    """The one activation among what takes a weight's result, ``linear`` where there is none.

    >>> follower(("output", "tanh")), follower(("norm",)), follower(("silu", "tanh"))
    ('tanh', 'linear', 'linear')
    """
    bent = [word for word in consumers if word != LINEAR and _square(word) is not None]
    return bent[0] if len(bent) == 1 else LINEAR


def follows(name: str) -> str:
    """What takes a weight's result, in words.

    >>> follows("tanh"), follows("linear")
    ('tanh follows', 'No activation follows')
    """
    return "No activation follows" if name == LINEAR else f"{name} follows"
