"""Small models, described and never built."""

from isometry.parameters import Axes, Parameter
from isometry.recipes import Recipe, Rule, Selector
from isometry.schemes import Scheme

DENSE = Axes(outputs=(0,), inputs=(1,))

WEIGHT = Parameter("fc.weight", (4, 6), role="weight", layer="linear", axes=DENSE)
BIAS = Parameter("fc.bias", (4,), role="bias", layer="linear")
HEAD = Parameter(
    "head.weight",
    (6, 4),
    "bfloat16",
    role="weight",
    layer="linear",
    axes=DENSE,
    ties=("wte.weight",),
    facts=(("heads", 2), ("module", "Linear")),
)
MASK = Parameter("mask", (2, 2), "bool", kind="buffer", persistent=False)

MODEL = (WEIGHT, BIAS, HEAD, MASK)


def recipe(*rules: Rule, name: str = "mine") -> Recipe:
    """A recipe of these rules."""
    return Recipe(name, "For a test.", rules)


def rule(path: str, scheme: Scheme | None, *, required: bool = True) -> Rule:
    """A rule by glob."""
    return Rule(Selector(path=path), scheme, f"Because of {path}.", required=required)
