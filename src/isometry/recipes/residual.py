"""Recipes for residual nets without norms: Fixup and SkipInit."""

from collections.abc import Sequence
from math import sqrt

from isometry import schemes
from isometry.parameters import FanMode, Parameter, Surroundings
from isometry.recipes import feeding, fragments
from isometry.recipes.fragments import Choice
from isometry.recipes.rule import Recipe, Rule
from isometry.recipes.streams import required
from isometry.schemes import VarianceScaling

ZERO = schemes.Constant(0.0)
ONE = schemes.Constant(1.0)


def fixup(parameters: Sequence[Parameter] = (), *, fan: FanMode = "fan_out") -> Recipe:
    """Fixup: branches end in 0 and shrink with their number, so that no norm is needed.

    With L branches of m weights each: head and last weight of each branch are 0, its other weights
    He's times ``L^(-1/(2m-2))``, so that one step of gradient descent changes the function by an
    amount that does not depend on L (Zhang et al. 2019, section 3). A learned number that
    multiplies a branch starts at 1.

    Args:
        parameters: The model's tensors.
        fan: Which fan divides; the paper's code takes ``fan_out``.

    Returns:
        The recipe.

    Raises:
        InputError: The model has no residual branch.
    """
    branches = sum(one.branches for one in required(parameters, "fixup"))
    he = VarianceScaling(gain=sqrt(2.0), fan=fan)

    def choose(one: Parameter) -> Choice | None:
        around = one.surroundings
        if around is None or one.role not in ("weight", "free"):
            return None
        return _fixup(one, around, branches, fan)

    return Recipe(
        name="fixup",
        summary="Branches end in 0 and shrink with their number, so that no norm is needed.",
        rules=(
            *fragments.chosen(parameters, choose),
            *fragments.weights(he, f"Variance 2/{fan}: outside of branches Fixup is He's rule."),
            fragments.UNIT_TABLE,
            *fragments.others(parameters),
        ),
        references=("zhang2019",),
    )


def _fixup(one: Parameter, around: Surroundings, branches: int, fan: FanMode) -> Choice | None:
    if one.role == "free":
        return Choice(ONE, "A learned factor on a branch that is 0 already: 1.")
    if "head" in around.parts:
        return Choice(ZERO, "Fixup: the head starts at 0, so that no class is preferred.")
    if around.residual == "output":
        return Choice(ZERO, "Fixup: a branch ends in 0, so that the block is the identity.")
    if around.residual != "branch":
        return None
    # Beside the longest way (keys of attention to another stream) one weight at least comes after.
    height = max(around.height, 2)
    factor = branches ** (-1 / (2 * height - 2))
    words = f"Fixup: He times {branches}^(-1/{2 * height - 2}), for {height} weights a branch."
    return Choice(VarianceScaling(gain=sqrt(2.0) * factor, fan=fan), words)


def skipinit(parameters: Sequence[Parameter] = ()) -> Recipe:
    """SkipInit: every residual branch starts at 0, by its learned factor or its last weight.

    Where a learned number multiplies a branch, it starts at 0 and the branch as He's rule says (De
    and Smith 2020, section 4). Where there is none, the last weight of the branch is 0: the same
    function at the start, with the gradient on that weight instead of on the factor.

    Args:
        parameters: The model's tensors.

    Returns:
        The recipe.

    Raises:
        InputError: The model has no residual branch.
    """
    required(parameters, "skipinit")
    scaled = {_branch(one) for one in parameters if one.role == "free"} - {None}

    def choose(one: Parameter) -> Choice | None:
        around = one.surroundings
        if around is None or around.residual != "output" or one.role not in ("weight", "free"):
            return None
        if one.role == "free":
            return Choice(ZERO, "SkipInit: a branch's learned factor starts at 0.")
        if _branch(one) in scaled:
            return None
        words = "SkipInit without a learned factor: the branch's last weight is 0 in its place."
        return Choice(ZERO, words)

    return Recipe(
        name="skipinit",
        summary="Every residual branch starts at 0, by its learned factor or its last weight.",
        rules=(*fragments.chosen(parameters, choose), *he_by_feed(parameters)),
        references=("de2020",),
    )


def _branch(one: Parameter) -> tuple[int, int] | None:
    """Which branch a tensor ends, by stream and place."""
    around = one.surroundings
    ends = around is not None and around.residual == "output"
    return (around.stream, around.place) if around is not None and ends else None


def he_by_feed(parameters: Sequence[Parameter]) -> tuple[Rule, ...]:
    """He's rule with the gain of what feeds each weight, and all else as other recipes start it."""

    def choose(one: Parameter) -> Choice | None:
        around = one.surroundings
        if around is None or one.role not in feeding.MAPS or not around.feeds:
            return None
        feed = feeding.feed(around.feeds)
        words = f"{feed.words}: variance {feed.gain**2:.4g}/fan_in."
        return Choice(VarianceScaling(gain=feed.gain), words)

    return (
        *fragments.chosen(parameters, choose),
        *fragments.weights(VarianceScaling(), "Variance 1/fan_in: no activation is known."),
        fragments.UNIT_TABLE,
        *fragments.others(parameters),
    )
