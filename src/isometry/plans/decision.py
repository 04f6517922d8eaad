"""Deciding: every tensor of a model against the rules of a recipe, all problems at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from isometry import errors, rng
from isometry.parameters import Parameter
from isometry.plans import following, problems
from isometry.plans.assignment import Assignment
from isometry.plans.plan import Plan
from isometry.recipes import Recipe, Rule


@dataclass(frozen=True, slots=True)
class Choice:
    """Which tensors a plan may write.

    Attributes:
        only: Globs of paths; where any is given, everything else is kept.
        skip: Globs of paths to keep.
    """

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    def kept_by(self, paths: Sequence[str]) -> str:
        """Why a tensor of these paths is kept; empty where it is not."""
        skipped = next((glob for glob in self.skip if _matches(paths, glob)), None)
        if skipped is not None:
            return f"skip {skipped}"
        chosen = not self.only or any(_matches(paths, glob) for glob in self.only)
        return "" if chosen else f"only {', '.join(self.only)}"

    def dead(self, parameters: Sequence[Parameter]) -> Iterator[errors.DeadRuleError]:
        """One error for each pattern that matches nothing."""
        paths = [path for one in parameters for path in (one.path, *one.ties)]
        for option, globs in (("only", self.only), ("skip", self.skip)):
            for glob in globs:
                if not _matches(paths, glob):
                    yield problems.dead_pattern(option, glob, paths)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A rule that decides a tensor, and its place in the recipe."""

    place: int
    rule: Rule


def decide(
    parameters: Sequence[Parameter],
    recipe: Recipe,
    *,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    prior: Plan | None = None,
) -> Plan:
    """The plan that a recipe gives a model.

    The first rule that selects a tensor decides it. Every scheme is asked for its law and its
    moments, so that what cannot be written is an error before anything is.

    Args:
        parameters: The model's tensors, in its own order; tied ones once.
        recipe: The rules.
        only: Globs of paths; everything else is kept.
        skip: Globs of paths to keep.
        prior: A plan that decides what no rule selects, such as a recorded one.

    Returns:
        One assignment for every tensor.

    Raises:
        DeadRuleError: A required rule or a pattern of ``only`` or ``skip`` decides nothing.
        UncoveredError: Tensors without a rule; the message names all of them.
        ShapeError: A scheme does not fit its tensor; other input errors of schemes likewise.
        PlanError: Problems of several kinds; the message lists all of them.
    """
    choice = Choice(_globs(only), _globs(skip))
    verdicts = {one.path: _verdict(one, recipe.rules) for one in parameters}
    assignments = [
        _assignment(one, recipe, verdicts[one.path], choice, prior) for one in parameters
    ]
    decided = following.linked([one for one in assignments if one is not None])
    uncovered = [one for one, found in zip(parameters, assignments, strict=True) if found is None]
    problems.refuse(
        [
            *choice.dead(parameters),
            *_dead_rules(parameters, recipe, verdicts),
            *([problems.uncovered(uncovered, recipe.name)] if uncovered else []),
            *following.broken(decided),
            *problems.unfit(decided),
        ]
    )
    version = rng.VERSION if prior is None else prior.version
    demands = recipe.demands if prior is None else prior.demands
    return Plan(recipe.name, decided, version, demands)


def _verdict(parameter: Parameter, rules: Sequence[Rule]) -> _Verdict | None:
    for place, rule in enumerate(rules):
        if rule.select.selects(parameter):
            return _Verdict(place, rule)
    return None


def _assignment(
    parameter: Parameter,
    recipe: Recipe,
    verdict: _Verdict | None,
    choice: Choice,
    prior: Plan | None,
) -> Assignment | None:
    kept = choice.kept_by((parameter.path, *parameter.ties))
    if kept:
        return Assignment(parameter, None, f"kept by {kept}", f"choice {kept}")
    if verdict is not None:
        rule, origin = verdict.rule, source(recipe, verdict.place)
        return Assignment(parameter, rule.scheme, rule.reason, origin, rule.rates)
    if prior is not None and parameter.path in prior:
        old = prior[parameter.path]
        return replace(old, parameter=parameter)
    return None


def source(recipe: Recipe, place: int) -> str:
    """How a rule is named in a plan: recipe, number from 0, selector."""
    return f"{recipe.name}[{place}] {recipe.rules[place].select.text}"


def _dead_rules(
    parameters: Sequence[Parameter], recipe: Recipe, verdicts: dict[str, _Verdict | None]
) -> Iterator[errors.DeadRuleError]:
    alive = {verdict.place for verdict in verdicts.values() if verdict is not None}
    for place, rule in enumerate(recipe.rules):
        if rule.required and place not in alive:
            taken = [
                (one.path, source(recipe, found.place))
                for one in parameters
                if rule.select.selects(one) and (found := verdicts[one.path]) is not None
            ]
            if taken and rule.may_yield:
                continue
            yield problems.dead_rule(source(recipe, place), rule.select, taken, parameters)


def _matches(paths: Sequence[str], glob: str) -> bool:
    return any(fnmatchcase(path, glob) for path in paths)


def _globs(given: Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
