"""What a plan says of a table beside its moments: rows of zeros, and numbers that are recorded."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isometry import rng
from isometry.plans.plan import Plan
from isometry.schemes.draws import Elementwise, Pieces
from isometry.schemes.values import Values

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that rows are looked up in.

    Attributes:
        zeros: Rows that hold zeros, as that of padding does.
        values: Its numbers, where they are recorded and not drawn; ``None`` otherwise.
    """

    zeros: tuple[range, ...] = ()
    values: Array | None = None

    def is_zero(self, row: int) -> bool:
        """Whether a row holds zeros."""
        return any(row in rows for rows in self.zeros)


Tables = Callable[[str], Table]
"""What is known of a table, by its path."""


def unknown(_: str) -> Table:
    """Of a table nothing else is known of."""
    return Table()


def tables_of(plan: Plan) -> Tables:
    """What a plan says of its tables."""
    known: dict[str, Table] = {}

    def table(path: str) -> Table:
        if path not in known:
            known[path] = _table(plan, path)
        return known[path]

    return table


PARAMETRIZED = "parametrizations."
"""Part of the path of what a weight is computed from; the plan fills the weight itself."""


def used(path: str) -> str:
    """The path of the weight that a parametrization's original makes: what the plan fills."""
    owner, _, name = path.partition(PARAMETRIZED)
    return f"{owner}{name.rpartition('.')[0]}" if name else path


def _table(plan: Plan, path: str) -> Table:
    assignment = plan[used(path)]
    scheme, parameter = assignment.scheme, assignment.parameter
    if isinstance(scheme, Values):
        return Table(values=scheme.array().astype(np.float64))
    drawn = scheme.draw(parameter) if scheme else None
    if not isinstance(drawn, Pieces):
        return Table()
    whole = tuple((0, length) for length in parameter.shape)[1:]
    pieces = [piece for piece in drawn.pieces if piece.box[1:] == whole]
    return Table(tuple(range(*piece.box[0]) for piece in pieces if piece.draw == ZERO))


ZERO = Elementwise(rng.Constant(0.0))
