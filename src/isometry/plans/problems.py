"""What can be wrong with a plan, in words, and one error for all of it."""

from collections.abc import Iterable, Iterator, Sequence

from isometry import errors
from isometry.parameters import Parameter
from isometry.plans.assignment import Assignment
from isometry.plans.nearness import nearest
from isometry.recipes import Selector


def refuse(found: Sequence[errors.IsometryError]) -> None:
    """Raise all problems as one error.

    Its class is that of the problems where all are of one; a dead rule's where one is among them,
    since a misspelt rule is what leaves tensors uncovered; else ``PlanError``.
    """
    if not found:
        return
    if len(found) == 1:
        raise found[0]
    kinds = {type(problem) for problem in found}
    dead = errors.DeadRuleError in kinds
    mixed = errors.DeadRuleError if dead else errors.PlanError
    kind = kinds.pop() if len(kinds) == 1 else mixed
    lines = "".join(f"\n  {n}. {problem}" for n, problem in enumerate(found, 1))
    raise kind(f"{len(found)} problems{lines}".removesuffix("."))


def unfit(assignments: Iterable[Assignment]) -> Iterator[errors.IsometryError]:
    """One error for each assignment that could not be written."""
    for assignment in assignments:
        try:
            assignment.check()
        except errors.IsometryError as error:
            yield error


def uncovered(parameters: Sequence[Parameter], recipe: str) -> errors.UncoveredError:
    """Tensors that no rule selects, each with what is known of it."""
    named = ", ".join(
        f"{one.path} {'x'.join(map(str, one.shape)) or 'scalar'} ({one.role} of {one.layer})"
        for one in parameters
    )
    tensors = "1 tensor has" if len(parameters) == 1 else f"{len(parameters)} tensors have"
    return errors.UncoveredError(
        f"{tensors} no rule in recipe {recipe}: {named}",
        needed="a rule for every tensor, because a guess could be wrong and nobody would see it",
        do="add a rule for each, or keep them as they are with skip=",
    )


def dead_pattern(option: str, glob: str, paths: Sequence[str]) -> errors.DeadRuleError:
    """A pattern of ``only`` or ``skip`` that matches nothing."""
    return errors.DeadRuleError(
        f"{option}={glob!r} matches none of {len(paths)} paths",
        needed="a glob over whole paths that matches one or more",
        do=_meant(glob, paths),
    )


def dead_rule(
    source: str,
    select: Selector,
    taken: Sequence[tuple[str, str]],
    parameters: Sequence[Parameter],
) -> errors.DeadRuleError:
    """A required rule that decides nothing: it selects nothing, or what others have decided."""
    if taken:
        owners = sorted({owner for _, owner in taken})
        more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
        return errors.DeadRuleError(
            f"all that it selects is decided by earlier rules: {taken[0][0]}{more} by "
            f"{', '.join(owners)}",
            needed="a tensor of its own",
            do="move it before them, or delete it",
            path=source,
        )
    paths = [one.path for one in parameters]
    return errors.DeadRuleError(
        f"it selects none of {len(paths)} tensors",
        needed="one or more",
        do=_unseen(select, parameters) or _meant(select.path or select.regex or select.text, paths),
        path=source,
    )


def _unseen(select: Selector, parameters: Sequence[Parameter]) -> str:
    """What to do about a selector that reads the graph; empty for one that does not."""
    if not select.reads_graph:
        return ""
    around = [one.surroundings for one in parameters if one.surroundings is not None]
    if not around:
        return "pass an example, for the rule reads the model's graph, which is not known"
    for field, given, words in (
        ("before", select.before, {word for one in around for word in one.consumers}),
        ("after", select.after, {word for one in around for word in one.sources}),
        ("part", select.part, {part for one in around for part in one.parts}),
        ("normed", select.normed, {one.normed for one in around} - {""}),
    ):
        if given and given not in words:
            near = ", ".join(nearest(given, sorted(words))) or "none"
            return f"correct {field}={given!r}; near to it in this model are {near}"
    parts = ", ".join(sorted({one.residual for one in around} - {""})) or "none"
    return f"loosen the selector; residual parts in this model: {parts}"


def _meant(pattern: str, paths: Sequence[str]) -> str:
    if not paths:
        return "check that the model has parameters"
    return f"correct the pattern; near to it are {', '.join(nearest(pattern, paths))}"
