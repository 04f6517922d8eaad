"""What tells a plan from another plan, or from a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from isometry import errors
from isometry.parameters import Parameter
from isometry.plans.assignment import Assignment

What = Literal["missing", "unexpected", "shape", "dtype", "tie", "scheme"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two sides do not agree on.

    Attributes:
        path: The tensor.
        what: ``missing`` from the other side, ``unexpected`` on it, or the property that differs.
        here: What the plan says.
        there: What the other side says.
    """

    path: str
    what: What
    here: str = ""
    there: str = ""

    def __str__(self) -> str:
        match self.what:
            case "missing":
                return f"{self.path}: only in the plan ({self.here})"
            case "unexpected":
                return f"{self.path}: not in the plan ({self.there})"
            case _:
                return f"{self.path}: {self.what} is {self.here} in the plan and {self.there} there"


def differences(
    here: Sequence[Assignment], there: Sequence[Assignment | Parameter]
) -> tuple[Difference, ...]:
    """What differs, in the order of ``here``, then what is only there.

    Args:
        here: A plan's assignments.
        there: Another plan's, or the tensors of a model, which have no schemes to compare.

    Returns:
        The differences; none where both sides agree.
    """
    theirs = {_parameter(one).path: one for one in there}
    mine = {one.parameter.path: one for one in here}
    found = (
        difference for path, one in mine.items() for difference in _between(one, theirs.get(path))
    )
    extra = (
        Difference(path, "unexpected", there=_words(_parameter(one)))
        for path, one in theirs.items()
        if path not in mine
    )
    return (*found, *extra)


def require_none(found: Sequence[Difference]) -> None:
    """Refuse a model that is not the one the plan was made for; all differences at once.

    Args:
        found: The differences.

    Raises:
        MismatchError: There are differences.
    """
    if found:
        listed = "".join(f"\n  {difference}" for difference in found)
        places = "1 place" if len(found) == 1 else f"{len(found)} places"
        raise errors.MismatchError(
            f"plan and model differ in {places}{listed}",
            needed="the model that the plan was made for",
            do="make a new plan from this model",
        )


def _between(mine: Assignment, theirs: Assignment | Parameter | None) -> list[Difference]:
    if theirs is None:
        return [Difference(mine.parameter.path, "missing", here=_words(mine.parameter))]
    one, other = mine.parameter, _parameter(theirs)
    pairs: list[tuple[What, str, str]] = [
        ("shape", str(one.shape), str(other.shape)),
        ("dtype", one.dtype, other.dtype),
        ("tie", _ties(one), _ties(other)),
    ]
    if isinstance(theirs, Assignment):
        pairs.append(("scheme", repr(mine.scheme), repr(theirs.scheme)))
    return [Difference(one.path, what, a, b) for what, a, b in pairs if a != b]


def _parameter(one: Assignment | Parameter) -> Parameter:
    return one.parameter if isinstance(one, Assignment) else one


def _ties(parameter: Parameter) -> str:
    return ", ".join(parameter.ties) or "nothing"


def _words(parameter: Parameter) -> str:
    return f"{'x'.join(map(str, parameter.shape)) or 'scalar'} {parameter.dtype}"
