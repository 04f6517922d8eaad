"""A rule says which tensors it is for, how they are filled, and why."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from isometry import errors
from isometry.parameters import LAYERS, ROLES, Layer, Parameter, Role
from isometry.schemes import Scheme

Kind = Literal["", "buffer", "parameter"]


@dataclass(frozen=True, slots=True)
class Selector:
    """Which tensors; every field that is given must hold, and an empty selector takes all.

    Attributes:
        path: Glob over the whole path, such as ``"*.c_proj.weight"``.
        regex: Regular expression that must match the whole path.
        roles: The tensor's role is one of these.
        layers: The owner's kind is one of these.
        kind: Parameter or buffer.
        paths: The path is one of these, for rules that were made for one model.

    Raises:
        InputError: ``regex`` is not a regular expression, or a role or layer is not one.

    >>> Selector(path="*.c_proj.weight").selects(Parameter("h.0.mlp.c_proj.weight", (4, 4)))
    True
    """

    path: str = ""
    regex: str = ""
    roles: tuple[Role, ...] = ()
    layers: tuple[Layer, ...] = ()
    kind: Kind = ""
    paths: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        _check_regex(self.regex)
        _check_names("role", self.roles, ROLES)
        _check_names("layer", self.layers, LAYERS)
        _check_names("kind", (self.kind,), ("", "buffer", "parameter"))

    @property
    def text(self) -> str:
        r"""The selector in a few words; a pattern alone is itself.

        >>> (
        ...     Selector(regex=r"h\.\d+\.weight").text,
        ...     Selector(roles=("bias",), layers=("lstm",)).text,
        ... )
        ('h\\.\\d+\\.weight', 'bias of lstm')
        """
        words = [self.path, self.regex, _either(self.roles)]
        words += [f"of {_either(self.layers)}" if self.layers else "", self.kind]
        words += [f"{len(self.paths)} paths" if self.paths else ""]
        return " ".join(word for word in words if word) or "all"

    def selects(self, parameter: Parameter) -> bool:
        """Whether ``parameter`` is one of them; a tied tensor answers to each of its paths."""
        return (
            (not self.roles or parameter.role in self.roles)
            and (not self.layers or parameter.layer in self.layers)
            and (not self.kind or parameter.kind == self.kind)
            and self._selects_path(parameter)
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
    """

    select: Selector
    scheme: Scheme | None
    reason: str
    required: bool = True
    may_yield: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to do with a whole model: rules in order, the first that selects a tensor decides.

    Attributes:
        name: Name in the list of recipes.
        summary: What it does, in one sentence.
        rules: The rules, first match wins.
        references: Keys of the bibliography.
    """

    name: str
    summary: str
    rules: tuple[Rule, ...]
    references: tuple[str, ...] = ()


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
