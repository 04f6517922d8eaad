"""Name ↦ activation: the one place that knows all of them."""

import difflib
from collections.abc import Callable
from functools import lru_cache
from types import MappingProxyType

from isometry.errors import InputError, UnknownNameError
from isometry.theory.activations import Activation, Array, GatedUnit, Nonlinearity
from isometry.theory.adoption import adopted
from isometry.theory.families import Family, arranged, member
from isometry.theory.gates import GATE_REFERENCES, GATES
from isometry.theory.kinked import KINKED
from isometry.theory.names import Spelling, spelling
from isometry.theory.smooth import SMOOTH

FAMILIES = MappingProxyType(
    {family.name: family for family in sorted((*SMOOTH, *KINKED), key=lambda family: family.name)}
)
ALIASES = MappingProxyType(
    {alias: family.name for family in FAMILIES.values() for alias in family.aliases}
)
REFUSED = MappingProxyType(
    {
        "exp": "E exp(2h) = exp(2q) outgrows every gain, so no signal keeps its size through it",
        "hardshrink": "it jumps, so E φ'² is infinite and no gradient gain exists",
        "maxout": "it takes several preactivations, so it has no φ of one",
        "softmax": "it mixes all its inputs, so it has no φ of one; see theory.softmax_moments",
        "threshold": "it jumps, so E φ'² is infinite and no gradient gain exists",
    }
)
"""Known names without an answer, and why."""

ActivationLike = str | Activation | Callable[[Array], Array]


def activation(spec: ActivationLike) -> Activation:
    """The activation of that name, with parameters in parentheses; or made from a function.

    Args:
        spec: A name (``"gelu"``, ``"leaky_relu(0.2)"``, ``"sin(w0=30)"``; case, hyphens and the
            usual aliases do not matter), a record, which is returned as it is, or any function from
            float64 arrays to float64 arrays: its kinks are found and its derivative is computed.

    Returns:
        The record; the same one for the same spelling.

    Raises:
        UnknownNameError: No activation of that name; the message names the nearest.
        InputError: A parameter cannot be used, or the function jumps or is not finite.

    >>> activation("Leaky-ReLU(0.2)").name
    'leaky_relu(a=0.2)'
    """
    found = nonlinearity(spec)
    if isinstance(found, GatedUnit):
        raise InputError(
            f"{found} is a gated unit of two projections",
            needed="an activation of one",
            do=f"use theory.gated_unit({found.name!r}), or its gate {found.gate.name!r}",
        )
    return found


def gated_unit(spec: str | GatedUnit) -> GatedUnit:
    """The gated unit of that name.

    Args:
        spec: Name or record.

    Returns:
        The record.

    Raises:
        UnknownNameError: No gated unit of that name.

    >>> gated_unit("swiglu").gate.name
    'silu'
    """
    found = nonlinearity(spec)
    if isinstance(found, GatedUnit):
        return found
    raise UnknownNameError(
        f"{found} is not a gated unit",
        needed=f"one of {', '.join(GATES)}",
        do=f"use theory.activation({found.name!r})",
    )


def nonlinearity(spec: ActivationLike | GatedUnit) -> Nonlinearity:
    """The activation or the gated unit that ``spec`` names; records are returned as they are.

    Args:
        spec: Name, record or function.

    Returns:
        The record.

    Raises:
        UnknownNameError: Neither an activation nor a gated unit of that name.
        InputError: A parameter cannot be used, or a function jumps or is not finite.
    """
    if isinstance(spec, Activation | GatedUnit):
        return spec
    if isinstance(spec, str):
        return _named(spec)
    return adopted(spec)


@lru_cache(maxsize=512)
def _named(text: str) -> Nonlinearity:
    parts = spelling(text)
    name = ALIASES.get(parts.name, parts.name)
    if name in GATES and parts == Spelling(parts.name):
        return GatedUnit(name, activation(GATES[name]), GATE_REFERENCES)
    if name not in FAMILIES:
        raise _unknown(parts.name)
    return member(FAMILIES[name], _arguments(FAMILIES[name], parts, text))


def _arguments(family: Family, parts: Spelling, text: str) -> tuple[float, ...]:
    names = [name for name, _ in family.defaults]
    by_position = names[: len(parts.positional)]
    given = [*by_position, *(name for name, _ in parts.named)]
    too_many = len(parts.positional) > len(names)
    if too_many or len(set(given)) < len(given) or not set(given) <= set(names):
        raise InputError(
            f"{text!r} has parameters that {family.name} does not take",
            needed=f"parameters among {', '.join(names)}" if names else "no parameters",
            do=f"write {member(family, arranged(family, {})).name!r}",
        )
    values = dict(zip(by_position, parts.positional, strict=True)) | dict(parts.named)
    return arranged(family, values)


def _unknown(name: str) -> UnknownNameError:
    known = [*FAMILIES, *ALIASES, *GATES]
    if name in REFUSED:
        found = f"no gain is given for {name!r}: {REFUSED[name]}"
        return UnknownNameError(found, do="see theory.FAMILIES for the activations that have one")
    near = difflib.get_close_matches(name, known, n=3)
    return UnknownNameError(
        f"no activation is called {name!r}",
        needed=f"one of {', '.join(near)}" if near else f"one of {', '.join(FAMILIES)}",
        do="pass its name, or the function itself on float64 arrays",
    )
