"""A recipe by name with options, built once the model is known."""

import pytest

from isometry import errors, recipes
from tests.recipes.plain import stack


def test_options_reach_the_recipe() -> None:
    given = recipes.named("he", distribution="uniform")
    assert recipes.resolve(given, stack(("relu",))) == recipes.recipe(
        "he", stack(("relu",)), distribution="uniform"
    )


def test_whether_it_reads_the_graph() -> None:
    assert recipes.reads_graph(recipes.named("auto"))
    assert not recipes.reads_graph(recipes.named("torch"))


def test_a_wrong_option_is_an_error_at_once() -> None:
    with pytest.raises(errors.InputError) as caught:
        recipes.named("auto", prior=(0.5, 0.5))
    assert str(caught.value) == (
        "recipe auto has no option 'prior'. Needed: one of output_prior. Do: correct the spelling "
        "or leave it out."
    )


def test_a_wrong_name_is_an_error_at_once() -> None:
    with pytest.raises(errors.UnknownNameError, match="no recipe is called 'autoo'"):
        recipes.named("autoo")
