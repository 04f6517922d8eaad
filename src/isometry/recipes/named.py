"""A recipe's name with options, to be built once the model is known."""

from dataclasses import dataclass

from isometry.recipes import catalogue
from isometry.recipes.catalogue import Option


@dataclass(frozen=True, slots=True)
class Named:
    """A recipe by name, with options; :func:`named` makes one.

    Attributes:
        name: Name in the list of recipes.
        options: What the recipe is told, by name.
    """

    name: str
    options: tuple[tuple[str, Option], ...] = ()


def named(name: str, **options: Option) -> Named:
    """A recipe by name with options, for ``isometry.plan``, which builds it for the model.

    Args:
        name: See ``recipes.names()``.
        **options: What the recipe can be told.

    Returns:
        The request; it is checked at once.

    Raises:
        UnknownNameError: No recipe of that name.
        InputError: The recipe has no such option.

    >>> named("auto", output_prior=(0.9, 0.1)).options
    (('output_prior', (0.9, 0.1)),)
    """
    catalogue.check(name, options)
    return Named(name, tuple(sorted(options.items())))
