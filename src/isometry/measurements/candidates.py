"""Which schemes of the catalogue, and which frameworks' defaults, a tensor's values agree with."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal

from isometry import errors, recipes, rng, schemes
from isometry.measurements.tallies import Tally, range_of
from isometry.parameters import Parameter
from isometry.plans import dtype_of
from isometry.schemes import Moments, Scheme

Family = Literal[
    "constant",
    "delta orthogonal",
    "dirac",
    "identity",
    "mirrored",
    "normal",
    "ones",
    "orthogonal",
    "sign",
    "sparse",
    "structured",
    "truncated normal",
    "uniform",
    "uninitialized",
    "unknown",
    "zeros",
]
"""What the values of a tensor look like.

``identity`` and ``dirac`` may be tiled and may carry noise; ``sign`` is one magnitude with both
signs; ``structured`` has few magnitudes or follows a course, as a table of positions does;
``uninitialized`` is memory that nobody wrote; ``unknown`` is none of these, or too small to tell.
"""

DEFAULTS = ("torch", "keras", "flax")
"""Recipes that say what a framework's layers do when they are built."""

BAND = (0.9, 1.11)
"""Ratios of a measured to a stated std that agree: He's, Glorot's and LeCun's are 1.41 apart."""
TIGHT = 0.02
"""The same for a default that nobody has touched; what is left is chance."""
ERRORS = 4.0
"""Sampling errors, ``std · sqrt((kurtosis - 1) / (4 n))`` of a std, that widen both."""
SHORT = 10.0
"""Times ``1 / n``: how far ``n`` values may stay below a uniform's bound, with a chance of 5e-5."""
CUT = 2.7
"""Kurtosis below which a truncated normal is told from a whole one: cut at 2.5 it has 2.69."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a scheme would have put into a tensor.

    Attributes:
        name: Of the scheme, or of the framework whose default it is.
        family: What its values look like.
        moments: Theirs.
        bound: Greatest distance from 0.
    """

    name: str
    family: Family
    moments: Moments
    bound: float


def fits(parameter: Parameter, found: Tally, families: tuple[Family, ...]) -> tuple[str, ...]:
    """Names of the schemes that agree with a tensor's mean, std and family, the nearest first.

    Args:
        parameter: The tensor.
        found: Its moments.
        families: What its values may look like; several where they are too few to tell.

    Returns:
        Names of `schemes.names`, and ``"torch default"`` and its kin.
    """
    agreed = [
        (_distance(one.moments, found), one.name)
        for one in candidates(parameter)
        if one.family in families and _agrees(one, found, TIGHT if one.moments.std == 0 else None)
    ]
    return tuple(name for _, name in sorted(agreed))


def is_default(parameter: Parameter, found: Tally, families: tuple[Family, ...]) -> bool:
    """Whether a tensor still holds what torch's layer put there when it was built."""
    return any(
        one.name == "torch default"
        and one.family in families
        and _agrees(one, found, TIGHT)
        and _reaches(one, found, range_of(dtype_of(parameter)).eps)
        for one in candidates(parameter)
    )


def candidates(parameter: Parameter) -> tuple[Candidate, ...]:
    """Every scheme that needs no option, and every framework's default, for one tensor."""
    return _candidates(replace(parameter, path="", ties=()))


@lru_cache(maxsize=4096)
def _candidates(parameter: Parameter) -> tuple[Candidate, ...]:
    named = [*_catalogue(), *_defaults(parameter)]
    found = (_candidate(name, scheme, parameter) for name, scheme in named)
    return tuple(one for one in found if one is not None)


@cache
def _catalogue() -> tuple[tuple[str, Scheme], ...]:
    """Schemes without options, each under its names but for those that only repeat another."""
    found = {}
    for name in schemes.names():
        if schemes.summary(name).startswith("The same as"):
            continue
        try:
            found[name] = schemes.scheme(name)
        except errors.InputError:
            # It needs an option, and so stands for no scheme in particular.
            continue
    own = (name for name in found if _is_alone(name, found))
    return tuple((name, found[name]) for name in own)


def _is_alone(name: str, found: Mapping[str, Scheme]) -> bool:
    """Whether it is not the bare kind of a scheme that has a name of its own."""
    return name != found[name].name or schemes.name_of(found[name]) == name


def _defaults(parameter: Parameter) -> list[tuple[str, Scheme]]:
    found = []
    for name in DEFAULTS:
        rules = recipes.recipe(name, (parameter,)).rules
        scheme = next((rule.scheme for rule in rules if rule.select.selects(parameter)), None)
        found += [] if scheme is None else [(f"{name} default", scheme)]
    return found


def _candidate(name: str, scheme: Scheme, parameter: Parameter) -> Candidate | None:
    try:
        family, bound = _looks(scheme, parameter)
        return None if family is None else Candidate(name, family, scheme.moments(parameter), bound)
    except errors.IsometryError:
        return None


def _looks(scheme: Scheme, parameter: Parameter) -> tuple[Family | None, float]:
    kernel = parameter.axes is not None and bool(parameter.axes.window)
    match scheme:
        case schemes.Orthogonal() | schemes.SpectralOrthogonal():
            return "orthogonal", math.inf
        case schemes.DeltaOrthogonal():
            return "delta orthogonal" if kernel else "orthogonal", math.inf
        case schemes.Mirrored():
            return "mirrored", math.inf
        case schemes.Sparse() | schemes.SparseConnections():
            return "sparse", math.inf
        case schemes.Identity() | schemes.TanhIdentity() | schemes.IDInit():
            return "identity", math.inf
        case schemes.Dirac():
            return "dirac" if kernel else "identity", math.inf
        case _:
            return _law_looks(scheme.draw(parameter))


def _law_looks(draw: schemes.Draw) -> tuple[Family | None, float]:
    base = draw.base if isinstance(draw, schemes.Pieces) else draw
    if not isinstance(base, schemes.Elementwise):
        return None, math.inf
    match base.law:
        case rng.Constant(value):
            return level(value), abs(value)
        case rng.Sign(magnitude):
            return "sign", magnitude
        case rng.Uniform(low, high):
            return "uniform", max(-low, high)
        case rng.TruncatedNormal() if base.law.kurtosis < CUT:
            return "truncated normal", max(-base.law.low, base.law.high)
        case _:
            return "normal", math.inf


def level(value: float) -> Family:
    """What a tensor of one value looks like."""
    return "zeros" if value == 0 else "ones" if value == 1 else "constant"


def _agrees(one: Candidate, found: Tally, tight: float | None) -> bool:
    """Mean and std within a band of what is stated, which chance widens where a tensor is small."""
    stated, count = one.moments, max(found.count, 1)
    low, high = BAND if tight is None else (1 - tight, 1 + tight)
    slack = ERRORS * math.sqrt(max(stated.kurtosis - 1, 0.0) / (4 * count))
    room = (high - 1) * math.hypot(stated.mean, stated.std)
    near = abs(found.mean - stated.mean) <= room + ERRORS * stated.std / math.sqrt(count)
    spread = _spread(stated, found)
    return near and (low - slack) * stated.std <= spread <= (high + slack) * stated.std


def _reaches(one: Candidate, found: Tally, eps: float) -> bool:
    """Whether values keep within the bound, and those of a uniform come as near to it as they must.

    Of ``n`` values all stay below ``1 - t / n`` of the bound with the chance ``exp(-t)``.
    """
    top = max(found.high, -found.low)
    least = one.bound * (1 - SHORT / max(found.count, 1) - eps) if one.family == "uniform" else 0.0
    return least <= top <= one.bound * (1 + eps)


def _spread(stated: Moments, found: Tally) -> float:
    """Deviation from the stated mean: a measured one would take a degree of freedom."""
    return math.hypot(found.std, found.mean - stated.mean)


def _distance(stated: Moments, found: Tally) -> float:
    spread = _spread(stated, found)
    return abs(math.log(spread / stated.std)) if spread and stated.std else 0.0
