"""Changing a plan that is already made."""

from collections.abc import Sequence
from dataclasses import replace

from isometry.parameters import Parameter
from isometry.plans.decision import decide
from isometry.plans.plan import Plan
from isometry.recipes import Recipe, Rule


def revise(
    plan: Plan,
    *,
    rules: Sequence[Rule] = (),
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
) -> Plan:
    """The plan with rules put in front, and with what ``only`` and ``skip`` leave out kept.

    Args:
        plan: What decides everything that no rule selects.
        rules: Rules, first match wins; a required one must decide something.
        only: Globs of paths; everything else is kept.
        skip: Globs of paths to keep.

    Returns:
        Another plan; the given one where there is nothing to change.

    Raises:
        PlanError: As :func:`decide`.
    """
    if not (rules or only or skip):
        return plan
    recipe = Recipe(plan.recipe, "rules before a plan", tuple(rules))
    return decide(plan.parameters, recipe, only=only, skip=skip, prior=plan)


def situated(plan: Plan, parameters: Sequence[Parameter]) -> Plan:
    """The plan with other descriptions of the same tensors, such as ones that a graph enriched."""
    known = {one.path: one for one in parameters}
    return replace(
        plan,
        assignments=tuple(
            replace(one, parameter=known.get(one.parameter.path, one.parameter)) for one in plan
        ),
    )
