"""Recipes by name."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType

from isometry import errors
from isometry.parameters import Parameter
from isometry.recipes.adapters import lora
from isometry.recipes.auto import auto
from isometry.recipes.classics import he, kumar, lecun, orthogonal, xavier
from isometry.recipes.deep_transformers import admin, deepnorm, t_fixup
from isometry.recipes.deepscale import deepscale_lm
from isometry.recipes.flax_defaults import FLAX
from isometry.recipes.identities import idinit, mimetic, tanh_identity, zero
from isometry.recipes.keras_defaults import KERAS
from isometry.recipes.moments import autoinit
from isometry.recipes.residual import fixup, skipinit
from isometry.recipes.rule import Recipe
from isometry.recipes.shaping import dks, tat
from isometry.recipes.torch_defaults import torch
from isometry.recipes.transformers import gpt2, small_init
from isometry.recipes.width import completep, mup, spectral

Build = Callable[..., Recipe]
"""From a model's tensors and options to the recipe for that model."""

SHIPPED: MappingProxyType[str, Recipe | Build] = MappingProxyType(
    {
        "admin": admin,
        "auto": auto,
        "autoinit": autoinit,
        "completep": completep,
        "deepnorm": deepnorm,
        "deepscale-lm": deepscale_lm,
        "dks": dks,
        "fixup": fixup,
        "flax": FLAX,
        "gpt2": gpt2,
        "he": he,
        "idinit": idinit,
        "keras": KERAS,
        "kumar": kumar,
        "lecun": lecun,
        "lora": lora,
        "mimetic": mimetic,
        "mup": mup,
        "orthogonal": orthogonal,
        "skipinit": skipinit,
        "small-init": small_init,
        "spectral": spectral,
        "t-fixup": t_fixup,
        "tanh-identity": tanh_identity,
        "tat": tat,
        "torch": torch,
        "xavier": xavier,
        "zero": zero,
    }
)
"""Every recipe by name, or what builds it for one model."""

GRAPH_READERS = frozenset(
    {
        "admin", "auto", "autoinit", "completep", "deepnorm", "deepscale-lm", "dks", "fixup",
        "gpt2", "he", "idinit", "kumar", "lora", "mimetic", "mup", "orthogonal", "skipinit",
        "spectral", "t-fixup", "tat", "zero",
    }
)  # fmt: skip
"""Recipes that decide better where the model's graph is known."""

NATIVE = "native"
"""The recipe that has no rules: a plan recorded from the model's own code."""

NATIVE_SUMMARY = "What the model's own code does, recorded while it builds itself without memory."

Option = str | float | int | Sequence[float] | None


def names() -> tuple[str, ...]:
    """The names of all recipes made of rules, sorted."""
    return tuple(SHIPPED)


def summary(name: str) -> str:
    """What a recipe does, in one sentence.

    Args:
        name: See :func:`names`, or ``native``.

    Returns:
        The sentence.

    Raises:
        UnknownNameError: No recipe of that name.

    >>> summary("lecun")
    "LeCun's rule: variance 1/fan_in, for linear layers, tanh near zero and SELU."
    """
    if name == NATIVE:
        return NATIVE_SUMMARY
    found = _shipped(name)
    if isinstance(found, Recipe):
        return found.summary
    return (inspect.getdoc(found) or "").partition("\n")[0]


def recipe(name: str, parameters: Sequence[Parameter] = (), **options: Option) -> Recipe:
    """The recipe of that name, for the model that has these tensors.

    Args:
        name: See :func:`names`.
        parameters: The model's tensors, for recipes that count layers or read sizes.
        **options: What the recipe can be told, such as ``activation="gelu"``.

    Returns:
        The recipe.

    Raises:
        UnknownNameError: No recipe of that name; the message names the nearest.
        InputError: The recipe has no such option, or cannot use it.

    >>> recipe("he", distribution="uniform").rules[0].scheme.distribution
    'uniform'
    """
    if name == NATIVE:
        raise errors.InputError(
            "native is recorded from a model's own code and has no rules",
            needed="a model",
            do='call isometry.plan(model, recipe="native")',
        )
    check(name, options)
    found = _shipped(name)
    return found if isinstance(found, Recipe) else found(parameters, **options)


def check(name: str, options: Mapping[str, Option]) -> None:
    """Refuse a name that no recipe has, or options that it does not take.

    Args:
        name: See :func:`names`.
        options: What the recipe would be told.

    Raises:
        UnknownNameError: No recipe of that name; the message names the nearest.
        InputError: The recipe has no such option.
    """
    _check_options(name, _shipped(name), options)


def _shipped(name: str) -> Recipe | Build:
    if name not in SHIPPED:
        near = get_close_matches(name, (*SHIPPED, NATIVE), n=1, cutoff=0.5)
        meant = f"did you mean {near[0]}" if near else "choose one of them"
        raise errors.UnknownNameError(
            f"no recipe is called {name!r}",
            needed=f"one of {', '.join((NATIVE, *SHIPPED))}, or the path of a .toml or .json file",
            do=meant,
        )
    return SHIPPED[name]


def _check_options(name: str, found: Recipe | Build, options: Mapping[str, Option]) -> None:
    known = [] if isinstance(found, Recipe) else _options(found)
    unknown = [option for option in options if option not in known]
    if unknown:
        raise errors.InputError(
            f"recipe {name} has no option {unknown[0]!r}",
            needed=f"one of {', '.join(known)}" if known else "no options",
            do="correct the spelling or leave it out",
        )


def _options(build: Build) -> list[str]:
    given = inspect.signature(build).parameters.values()
    return [one.name for one in given if one.kind is inspect.Parameter.KEYWORD_ONLY]
