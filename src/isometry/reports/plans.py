"""A plan as a table: which tensor gets what, with which std, and why."""

from collections.abc import Iterable
from itertools import groupby

from isometry.parameters import Parameter, fans
from isometry.plans import Assignment, Forecast, Plan
from isometry.reports import forecasts
from isometry.reports.table import Column, Table
from isometry.reports.wording import collapsed, count, number, ranged, scheme_words

COLUMNS = (
    Column("parameter"),
    Column("shape", "right"),
    Column("fan in/out", "right"),
    Column("scheme"),
    Column("std", "right"),
    Column("why"),
)


def plan_table(plan: Plan, *, every: bool = False, forecast: Forecast | None = None) -> Table:
    """The plan, one row for tensors that differ in layer number only.

    Args:
        plan: What to show.
        every: Show every tensor in a row of its own.
        forecast: What theory says of the model under the plan, in columns of its own: for the
            first and the last of the row's layers.

    Returns:
        The table, with the totals and the plan's digest in its summary.
    """
    groups = [[item] for item in plan.assignments] if every else gathered(plan.assignments)
    return Table(
        title=f"plan · {plan.recipe} · {len(plan.assignments)} tensors · nothing is written",
        columns=COLUMNS if forecast is None else (*COLUMNS[:-1], *forecasts.COLUMNS, COLUMNS[-1]),
        rows=tuple(_row(group, forecast) for group in groups),
        summary=(_summary(plan), *(forecasts.summary(forecast) if forecast else ())),
    )


def gathered(assignments: Iterable[Assignment]) -> list[list[Assignment]]:
    """Assignments that say the same of tensors alike but for layer numbers, in model order."""
    groups: dict[tuple[object, ...], list[Assignment]] = {}
    for item in assignments:
        key = (collapsed(item.parameter.path), item.parameter.shape, item.scheme, item.reason)
        groups.setdefault(key, []).append(item)
    return list(groups.values())


def _row(group: list[Assignment], forecast: Forecast | None) -> tuple[str, ...]:
    first = group[0]
    return (
        path_words([item.parameter for item in group]),
        "×".join(map(str, first.parameter.shape)) or "scalar",
        _fan_words(first.parameter),
        scheme_words(first.scheme),
        "" if first.scheme is None else number(first.scheme.moments(first.parameter).std),
        *(forecasts.cells(forecast, group) if forecast else ()),
        first.reason,
    )


def path_words(parameters: list[Parameter]) -> str:
    """Paths of tensors alike as one, with the aliases of a tied one."""
    words = ranged([parameter.path for parameter in parameters])
    ties = parameters[0].ties
    return f"{words} = {', '.join(ties)}" if ties and len(parameters) == 1 else words


def _fan_words(parameter: Parameter) -> str:
    if parameter.axes is None or not (parameter.axes.inputs or parameter.axes.lookup):
        return ""
    both = fans(parameter.shape, parameter.axes)
    return f"{number(both.fan_in)}/{number(both.fan_out)}"


def _summary(plan: Plan) -> str:
    kept = [item for item in plan.assignments if item.scheme is None]
    drawn = sum(item.parameter.size for item in plan.assignments if item.scheme is not None)
    kinds = [key for key, _ in groupby(sorted(item.parameter.kind for item in plan.assignments))]
    return (
        f"{len(plan.assignments) - len(kept)} of {len(plan.assignments)} tensors "
        f"({' and '.join(f'{kind}s' for kind in reversed(kinds))}) would be written, "
        f"{count(drawn)} values; {len(kept)} kept · digest {plan.digest()}"
    )
