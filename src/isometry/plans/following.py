"""Biases that follow a weight: they follow what the plan writes there, whoever decided it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from isometry import errors, schemes
from isometry.plans.assignment import Assignment


def linked(assignments: Sequence[Assignment]) -> tuple[Assignment, ...]:
    """The assignments, each bias that follows a weight with the scheme that this weight has here.

    A user's rule for a weight thereby reaches the bias that a recipe derived for another scheme.

    Args:
        assignments: Those of a whole plan.

    Returns:
        As many, in the same order.
    """
    held = _by_path(assignments)
    return tuple(_linked(one, held) for one in assignments)


def broken(assignments: Sequence[Assignment]) -> Iterator[errors.InputError]:
    """One error for each bias whose weight is not written by the same plan."""
    held = _by_path(assignments)
    for one in assignments:
        if isinstance(one.scheme, schemes.WeightSums):
            path = one.scheme.weight.path
            if path not in held or held[path].scheme is None:
                state = "kept" if path in held else "not in the plan"
                yield errors.InputError(
                    f"the bias follows the sums of {path}, which is {state}",
                    needed="a weight that the same plan writes",
                    do="plan the weight too, or keep the bias with skip=",
                    path=one.parameter.path,
                )


def _by_path(assignments: Sequence[Assignment]) -> dict[str, Assignment]:
    return {path: one for one in assignments for path in one.paths}


def _linked(one: Assignment, held: dict[str, Assignment]) -> Assignment:
    if not isinstance(one.scheme, schemes.WeightSums):
        return one
    weight = held.get(one.scheme.weight.path)
    if weight is None or weight.scheme is None or weight.scheme == one.scheme.fill:
        return one
    return replace(one, scheme=replace(one.scheme, fill=weight.scheme))
