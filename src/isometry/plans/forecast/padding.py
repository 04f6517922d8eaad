"""Rows of a table that a plan fills with zeros: what a place of padding looks up is nothing."""

from collections.abc import Callable

from isometry import rng
from isometry.plans.plan import Plan
from isometry.schemes.draws import Elementwise, Pieces

Empty = Callable[[str, int], bool]
"""Whether a row of a table is zero, by the table's path."""


def none_empty(_: str, __: int) -> bool:
    """Of a table nothing else is known of."""
    return False


def empty_rows(plan: Plan) -> Empty:
    """Which rows of its tables a plan fills with zeros."""
    known: dict[str, tuple[range, ...]] = {}

    def empty(path: str, row: int) -> bool:
        if path not in known:
            known[path] = tuple(_zeros(plan, path))
        return any(row in rows for rows in known[path])

    return empty


def _zeros(plan: Plan, path: str) -> list[range]:
    assignment = plan[path]
    drawn = assignment.scheme.draw(assignment.parameter) if assignment.scheme else None
    if not isinstance(drawn, Pieces):
        return []
    whole = tuple((0, length) for length in assignment.parameter.shape)[1:]
    pieces = [piece for piece in drawn.pieces if piece.box[1:] == whole]
    return [range(*piece.box[0]) for piece in pieces if piece.draw == Elementwise(ZERO)]


ZERO = rng.Constant(0.0)
