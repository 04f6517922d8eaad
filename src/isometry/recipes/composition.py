"""Recipes from rules of the user's own, and in front of others."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from isometry import errors
from isometry.parameters import Parameter
from isometry.recipes import catalogue, rule_files
from isometry.recipes.named import Named
from isometry.recipes.rule import Recipe, Rule, Selector
from isometry.schemes import Scheme

RecipeLike = str | Path | Named | Recipe | Mapping[str, Scheme | None]
"""A recipe's name, with options if ``named``, a file of rules, a recipe, or ``{regex: scheme}``."""

FILES = (".toml", ".json")
"""Endings of the names of files of rules."""


def from_rules(rules: Mapping[str, Scheme | None]) -> Recipe:
    r"""A recipe from regular expressions over whole paths; ``None`` keeps a tensor.

    Every pattern must match something.

    >>> from isometry import schemes
    >>> recipe = from_rules({r"h\.\d+\.weight": schemes.Normal(std=0.02)})
    >>> recipe.rules[0].select.text
    'h\\.\\d+\\.weight'
    """
    return Recipe(
        name="rules",
        summary="Rules given as a mapping.",
        rules=tuple(
            Rule(Selector(regex=regex), scheme, f"Your rule for {regex}.")
            for regex, scheme in rules.items()
        ),
    )


def before(rules: Sequence[Rule], recipe: Recipe) -> Recipe:
    """The recipe with rules put in front, so that they decide first."""
    return replace(recipe, rules=(*rules, *recipe.rules)) if rules else recipe


def reads_graph(given: RecipeLike, rules: Sequence[Rule] = ()) -> bool:
    """Whether a recipe, or a rule before it, looks at the model's graph; files may.

    >>> reads_graph("he"), reads_graph("torch"), reads_graph(Path("mine.toml"))
    (True, False, True)
    """
    if isinstance(given, Named):
        return reads_graph(given.name, rules)
    inside = given.rules if isinstance(given, Recipe) else ()
    if any(rule.select.reads_graph for rule in (*rules, *inside)):
        return True
    file = isinstance(given, Path) or (isinstance(given, str) and given.endswith(FILES))
    return file or given in catalogue.GRAPH_READERS if isinstance(given, str | Path) else False


def resolve(given: RecipeLike, parameters: Sequence[Parameter]) -> Recipe:
    """The recipe that a user means, for the model that has these tensors.

    A text that ends in ``.toml`` or ``.json`` is a file.

    Args:
        given: What the user gave.
        parameters: The model's tensors.

    Returns:
        The recipe.

    Raises:
        UnknownNameError: No recipe of that name.
        FileError: The file cannot be read.
        InputError: Something else was given, or the file's rules cannot be used.
    """
    match given:
        case Recipe():
            return given
        case Named():
            return catalogue.recipe(given.name, parameters, **dict(given.options))
        case Mapping():
            return from_rules(given)
        case Path():
            return rule_files.load(given, parameters)
        case str() if given.endswith(FILES):
            return rule_files.load(Path(given), parameters)
        case str():
            return catalogue.recipe(given, parameters)
        case _:
            raise errors.InputError(
                f"the recipe is a {type(given).__name__}",
                needed="a name, a file, a Recipe, or a mapping from regular expressions to schemes",
                do='pass recipe="he", for example',
            )
