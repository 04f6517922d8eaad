"""A rule says which tensors it is for, how they are filled, and why."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, get_args

from isometry import errors
from isometry.parameters import (
    LAYERS,
    NORMED,
    PARTS,
    ROLES,
    STANDINGS,
    Layer,
    Normed,
    Parameter,
    Part,
    Role,
    Standing,
    Surroundings,
)
from isometry.recipes.demands import PLAIN, Demand, Rates
from isometry.schemes import Scheme

Kind = Literal["", "buffer", "parameter"]

ResidualRole = Literal["residual-branch", "residual-output", "residual-shortcut"]
"""Weights by their part in a residual sum, as the graph shows it."""

RESIDUAL_ROLES: tuple[str, ...] = get_args(ResidualRole)


@dataclass(frozen=True, slots=True)
class Selector:
    """Which tensors; every field that is given must hold, and an empty selector takes all.

    ``before``, ``after``, ``residual``, ``feeds``, ``part``, ``normed``, ``cross`` and the residual
    roles read the model's graph; where it is not known, they select nothing.

    Attributes:
        path: Glob over the whole path, such as ``"*.c_proj.weight"``.
        regex: Regular expression that must match the whole path.
        roles: The tensor's role is one of these; ``"residual-output"`` and its kin are weights by
            their part in a residual sum.
        layers: The owner's kind is one of these.
        kind: Parameter or buffer.
        paths: The path is one of these, for rules that were made for one model.
        before: The weight stands before this: ``"relu"``, ``"norm"``, ``"output"`` … takes its
            result.
        after: The weight stands after this: its input comes from it.
        residual: Its part in a residual sum; a bias has that of its weight.
        role: One role more, for selectors that name a single one.
        feeds: Exactly these activations fed it last, ``("linear",)`` for none.
        part: It does this in its block, or is packed and one of its blocks does.
        normed: Its residual branch has its norm there.
        cross: It serves attention to another stream.

    Raises:
        InputError: ``regex`` is not a regular expression, or a role or layer is not one.

    >>> Selector(path="*.c_proj.weight").selects(Parameter("h.0.mlp.c_proj.weight", (4, 4)))
    True
    """

    path: str = ""
    regex: str = ""
    roles: tuple[Role | ResidualRole, ...] = ()
    layers: tuple[Layer, ...] = ()
    kind: Kind = ""
    paths: frozenset[str] = frozenset()
    before: str = ""
    after: str = ""
    residual: Standing = ""
    role: Role | ResidualRole | Literal[""] = ""
    feeds: tuple[str, ...] = ()
    part: Part = ""
    normed: Normed = ""
    cross: bool = False

    def __post_init__(self) -> None:
        _check_regex(self.regex)
        _check_names("role", self._roles, (*ROLES, *RESIDUAL_ROLES))
        _check_names("layer", self.layers, LAYERS)
        _check_names("kind", (self.kind,), ("", "buffer", "parameter"))
        _check_names("residual part", (self.residual,), STANDINGS)
        _check_names("part of a block", (self.part,), PARTS)
        _check_names("place of a norm", (self.normed,), NORMED)

    @property
    def _roles(self) -> tuple[str, ...]:
        return (*self.roles, self.role) if self.role else self.roles

    @property
    def _reads_place(self) -> bool:
        stands = self.before or self.after or self.residual or self.feeds
        return bool(stands or self.part or self.normed or self.cross)

    @property
    def reads_graph(self) -> bool:
        """Whether it can select anything only where the model's graph is known."""
        standing = any(role in RESIDUAL_ROLES for role in self._roles)
        return standing or self._reads_place

    @property
    def text(self) -> str:
        r"""The selector in a few words; a pattern alone is itself.

        >>> (
        ...     Selector(regex=r"h\.\d+\.weight").text,
        ...     Selector(roles=("bias",), layers=("lstm",)).text,
        ... )
        ('h\\.\\d+\\.weight', 'bias of lstm')
        """
        words = [self.path, self.regex, _either(self._roles)]
        words += [f"of {_either(self.layers)}" if self.layers else "", self.kind]
        words += [f"{len(self.paths)} paths" if self.paths else ""]
        words += [f"before {self.before}" if self.before else ""]
        words += [f"after {self.after}" if self.after else ""]
        words += [f"residual {self.residual}" if self.residual else ""]
        words += [f"fed by {' and '.join(self.feeds)}" if self.feeds else ""]
        words += [f"part {self.part}" if self.part else ""]
        words += [f"normed {self.normed}" if self.normed else "", "cross" if self.cross else ""]
        return " ".join(word for word in words if word) or "all"

    def selects(self, parameter: Parameter) -> bool:
        """Whether ``parameter`` is one of them; a tied tensor answers to each of its paths."""
        return (
            (not self._roles or not _roles(parameter).isdisjoint(self._roles))
            and (not self.layers or parameter.layer in self.layers)
            and (not self.kind or parameter.kind == self.kind)
            and self._selects_path(parameter)
            and self._selects_place(parameter)
        )

    def _selects_place(self, parameter: Parameter) -> bool:
        if not self._reads_place:
            return True
        around = parameter.surroundings
        return around is not None and self._stands(around) and self._serves(around)

    def _stands(self, around: Surroundings) -> bool:
        return (
            (not self.before or self.before in around.consumers)
            and (not self.after or self.after in around.sources)
            and (not self.residual or self.residual == around.residual)
            and (not self.feeds or self.feeds == around.feeds)
        )

    def _serves(self, around: Surroundings) -> bool:
        return (
            (not self.part or self.part in around.parts)
            and (not self.normed or self.normed == around.normed)
            and (not self.cross or around.cross)
        )

    def _selects_path(self, parameter: Parameter) -> bool:
        paths = (parameter.path, *parameter.ties)
        return (
            (not self.path or any(fnmatchcase(path, self.path) for path in paths))
            and (not self.regex or any(re.fullmatch(self.regex, path) for path in paths))
            and (not self.paths or not self.paths.isdisjoint(paths))
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One decision of a recipe.

    Attributes:
        select: The tensors it is for.
        scheme: How they are filled; ``None`` keeps them as they are.
        reason: Why, in a sentence that ends up in the plan.
        required: Whether matching nothing is an error; a recipe for all models has rules for layers
            that a given model lacks, a user's own rule is meant to match.
        may_yield: Whether rules before it may take all that it selects without an error; so in
            shipped recipes, in front of which users put rules of their own.
        rates: What the optimizer is asked for.
    """

    select: Selector
    scheme: Scheme | None
    reason: str
    required: bool = True
    may_yield: bool = False
    rates: Rates = PLAIN


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to do with a whole model: rules in order, the first that selects a tensor decides.

    Attributes:
        name: Name in the list of recipes.
        summary: What it does, in one sentence.
        rules: The rules, first match wins.
        references: Keys of the bibliography.
        demands: What the architecture itself has to do.
    """

    name: str
    summary: str
    rules: tuple[Rule, ...]
    references: tuple[str, ...] = ()
    demands: tuple[Demand, ...] = ()


def _roles(parameter: Parameter) -> set[str]:
    """The role of a tensor, and for a weight in a residual sum that part as well."""
    around = parameter.surroundings
    part = around.residual if around is not None and parameter.role == "weight" else ""
    return {parameter.role, f"residual-{part}"} if part else {parameter.role}


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names)


def _check_regex(regex: str) -> None:
    try:
        re.compile(regex)
    except re.error as error:
        raise errors.InputError(
            f"the pattern {regex!r} is not a regular expression: {error}",
            needed="one that Python's re can compile",
            do=r"correct it, for example h\.\d+\.weight, or use path= for a glob",
        ) from error


def _check_names(what: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise errors.UnknownNameError(
            f"no {what} is called {unknown[0]!r}",
            needed=f"one of {', '.join(name for name in known if name)}",
            do="correct the spelling",
        )
