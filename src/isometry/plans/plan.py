"""The plan: for every tensor of a model, what is intended and why. Nothing is written by it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from isometry import errors
from isometry.parameters import Parameter
from isometry.plans import encoding, following
from isometry.plans.assignment import Assignment
from isometry.plans.comparison import Difference, differences, require_none
from isometry.plans.nearness import nearest
from isometry.recipes import Demand, Optimizer
from isometry.schemes import Scheme


@dataclass(frozen=True, slots=True)
class Plan:
    """What is intended for a whole model, in the model's own order.

    A tied tensor has one assignment and answers to each of its paths.

    Attributes:
        recipe: Name of the recipe.
        assignments: One for every parameter and buffer; tied tensors have one.
        version: Version of the bits that applying it will give.
        demands: What the architecture itself has to do; no start can write it.

    Raises:
        InputError: Two assignments speak of the same path.

    >>> from isometry import schemes
    >>> plan = Plan(
    ...     "mine", (Assignment(Parameter("w", (2,)), schemes.Constant(1.0), "why", "mine"),)
    ... )
    >>> len(plan), "w" in plan, plan["w"].reason
    (1, True, 'why')
    >>> Plan.from_json(plan.to_json()) == plan
    True
    """

    recipe: str
    assignments: tuple[Assignment, ...]
    version: str = "v1"
    demands: tuple[Demand, ...] = ()
    _places: Mapping[str, int] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        places: dict[str, int] = {}
        for place, assignment in enumerate(self.assignments):
            for path in assignment.paths:
                _refuse_second(path, places)
                places[path] = place
        object.__setattr__(self, "_places", places)

    def __getitem__(self, path: str) -> Assignment:
        """The assignment of the tensor at ``path``.

        Args:
            path: Any path of the tensor.

        Returns:
            The assignment.

        Raises:
            UnknownNameError: The plan has no such path.
        """
        if path not in self._places:
            raise errors.UnknownNameError(
                "the plan has no such tensor",
                needed=f"one of its {len(self._places)} paths",
                do=f"did you mean {', '.join(nearest(path, self._places))}",
                path=path,
            )
        return self.assignments[self._places[path]]

    def __contains__(self, path: object) -> bool:
        return path in self._places

    def __iter__(self) -> Iterator[Assignment]:
        return iter(self.assignments)

    def __len__(self) -> int:
        return len(self.assignments)

    def __str__(self) -> str:
        words = ", ".join(f"{count} {status}" for status, count in self.summary.items())
        return f"plan {self.recipe}: {len(self)} tensors ({words}), digest {self.digest()}"

    @property
    def paths(self) -> tuple[str, ...]:
        """The first path of every tensor, in the model's order."""
        return tuple(assignment.parameter.path for assignment in self.assignments)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The tensors, in the model's order."""
        return tuple(assignment.parameter for assignment in self.assignments)

    @property
    def summary(self) -> Mapping[str, int]:
        """How many tensors each scheme fills and how many are kept; most frequent first."""
        names = (
            "kept" if assignment.scheme is None else assignment.scheme.name
            for assignment in self.assignments
        )
        return dict(Counter(names).most_common())

    def digest(self) -> str:
        """32 hexadecimal digits that change when anything in the plan does."""
        return encoding.digest(self.to_data())

    def to_data(self) -> dict[str, Any]:
        """The plan as what JSON can hold, of schema 1."""
        data = encoding.plan_data(self.recipe, self.version, self.assignments)
        return data | encoding.demands_data(self.demands)

    def to_json(self) -> str:
        """The plan as JSON of schema 1; exact, recorded values included."""
        return encoding.text(self.to_data())

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """The plan that :meth:`to_json` wrote.

        Args:
            text: JSON of schema 1.

        Returns:
            The same plan.

        Raises:
            InputError: ``text`` is not such a plan; the message says where.
        """
        return cls(*encoding.decoded(text))

    def learning_rates(self, optimizer: Optimizer = "adam") -> Mapping[str, float]:
        """The factor on the learning rate for every tensor, by its first path.

        Args:
            optimizer: ``adam`` for all that normalise their updates, or ``sgd``.

        Returns:
            The factors; 1 where the recipe asks for nothing.

        Raises:
            UnknownNameError: No optimizer of that name.
        """
        return {one.parameter.path: one.rates.learning(optimizer) for one in self.assignments}

    def replace(self, path: str, scheme: Scheme | None, *, reason: str = "set by hand") -> "Plan":
        """The plan with another scheme for one tensor; ``None`` keeps it.

        A bias that follows a weight follows its new scheme.

        Args:
            path: Any path of the tensor.
            scheme: How it will be filled; ``None`` keeps it.
            reason: Why.

        Returns:
            Another plan; this one is as it was.

        Raises:
            UnknownNameError: The plan has no such path.
            ShapeError: The scheme does not fit the tensor.
        """
        old = self[path]
        new = replace(old, scheme=scheme, reason=reason, source="replace")
        new.check()
        changed = tuple(new if one is old else one for one in self.assignments)
        return replace(self, assignments=following.linked(changed))

    def diff(self, other: "Plan | Sequence[Parameter]") -> tuple[Difference, ...]:
        """What differs between the plan and another plan, or the tensors of a model.

        Args:
            other: A plan, or a model's tensors.

        Returns:
            The differences; none where both sides agree.

        >>> from isometry import schemes
        >>> plan = Plan("mine", (Assignment(Parameter("w", (2,)), schemes.Constant(1.0), "", ""),))
        >>> print(*plan.diff([Parameter("w", (3,))]))
        w: shape is (2,) in the plan and (3,) there
        """
        there: Sequence[Assignment | Parameter]
        there = other.assignments if isinstance(other, Plan) else other
        return differences(self.assignments, there)

    def require(self, parameters: Sequence[Parameter], *, dtypes: bool = True) -> None:
        """Refuse a model that is not the one the plan was made for.

        Args:
            parameters: The model's tensors.
            dtypes: Whether storage dtypes must agree too; a value is the same in any, rounded once.

        Raises:
            MismatchError: They differ; the message lists all differences.
        """
        found = self.diff(parameters)
        require_none([one for one in found if dtypes or one.what != "dtype"])


def _refuse_second(path: str, places: Mapping[str, int]) -> None:
    if path in places:
        raise errors.InputError(
            f"two assignments, {places[path]} and a later one, have this path",
            needed="one assignment a tensor",
            do="list a tied tensor's other paths in Parameter.ties",
            path=path,
        )
