"""What a recipe gives to a torch layer, beside what a framework's own layer draws."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from isometry import plans, recipes, schemes, weights
from isometry.frameworks import torch as frame
from isometry.parameters import Parameter
from tests.parity.measuring import Draw, Fixed, Row

Factory = Callable[[], nn.Module]


def recipe_draw(
    recipe: str, factory: Factory, path: str, *, copies: int = 1, block: slice | None = None
) -> Draw:
    """What a recipe gives to one tensor of a layer, over as many seeds as copies."""

    def draw() -> NDArray[np.float32]:
        described = frame.describe(factory())
        plan = plans.decide(described, recipes.resolve(recipe, described))
        drawn = [weights.values(plan[path], 30 + copy) for copy in range(copies)]
        return np.stack([one if block is None else one[block] for one in drawn])

    return draw


def scheme_draw(scheme: schemes.Scheme, factory: Factory, path: str, *, copies: int = 1) -> Draw:
    """What a scheme gives to one tensor of a layer."""

    def draw() -> Any:
        (parameter,) = [one for one in frame.describe(factory()) if one.path == path]
        return drawn_by(scheme, parameter, copies=copies)()

    return draw


def drawn_by(scheme: schemes.Scheme, parameter: Parameter, *, copies: int = 1) -> Draw:
    """What a scheme gives to a tensor that was described by hand."""
    assignment = plans.Assignment(parameter, scheme, "", "")

    def draw() -> NDArray[np.float32]:
        return np.stack([weights.values(assignment, 30 + copy) for copy in range(copies)])

    return draw


def row(
    theirs: str, ours: str, law: str, draws: tuple[Draw, Draw], neighbour: tuple[str, Draw]
) -> Row:
    """A row whose two samples come as a pair: theirs, ours."""
    return Row(theirs, ours, law, *draws, *neighbour)


def fixed(theirs: str, ours: str, law: str, *draws: Any) -> Fixed:
    """A row of values that are not random."""
    return Fixed(theirs, ours, law, *draws)
