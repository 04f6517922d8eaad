"""What to do with a whole model: named recipes as tuples of rules, first match wins.

A recipe may depend on the model (its number of layers, the sizes of its layers), so it is built for
the tensors of one model: ``recipe("gpt2", parameters)``.
"""

from isometry.recipes.catalogue import NATIVE, names, recipe, summary
from isometry.recipes.composition import RecipeLike, before, from_rules, reads_graph, resolve
from isometry.recipes.demands import DEMANDS, PLAIN, Demand, Optimizer, Rates, What
from isometry.recipes.named import Named, named
from isometry.recipes.rule import Kind, Recipe, ResidualRole, Rule, Selector
from isometry.recipes.rule_files import load
from isometry.recipes.transformers import RESIDUAL_OUTPUTS

__all__ = [
    "DEMANDS",
    "NATIVE",
    "PLAIN",
    "RESIDUAL_OUTPUTS",
    "Demand",
    "Kind",
    "Named",
    "Optimizer",
    "Rates",
    "Recipe",
    "RecipeLike",
    "ResidualRole",
    "Rule",
    "Selector",
    "What",
    "before",
    "from_rules",
    "load",
    "named",
    "names",
    "reads_graph",
    "recipe",
    "resolve",
    "summary",
]
