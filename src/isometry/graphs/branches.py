"""Residual branches: how many weights high they are, and where they have their norm."""

from dataclasses import dataclass

from isometry.graphs.joins import Join
from isometry.graphs.labels import Parts, consumers_of, label
from isometry.parameters import Normed


@dataclass(frozen=True, slots=True)
class Branch:
    """What a residual branch looks like from its start to its sum.

    Attributes:
        join: The sum that it ends in.
        levels: For each weight on a way from the start, how many weights that way has passed with
            it, at most.
        normed: Where its norm is.
    """

    join: Join
    levels: dict[int, int]
    normed: Normed

    @property
    def height(self) -> int:
        """The number of weights on the longest way."""
        return max(self.levels.values(), default=0)


def branches(found: Parts, sums: tuple[Join, ...]) -> tuple[Branch, ...]:
    """Every residual branch, measured."""
    normed = {join.step: consumers_of(found, join.step) == ("norm",) for join in sums}
    return tuple(_branch(found, join, after=_after(sums, normed, join)) for join in sums)


def _after(sums: tuple[Join, ...], normed: dict[int, bool], join: Join) -> bool:
    """Whether sums are normed before anything else takes them, all alike along one stream.

    The last of several does not count: any stream may end in a norm.
    """
    return all(
        normed[one.step]
        for one in sums
        if one.stream == join.stream and (one.place < one.depth or one.depth == 1)
    )


def _branch(found: Parts, join: Join, *, after: bool) -> Branch:
    passed = _passed(found, join)
    levels = {step: passed[step] for step in join.branch if step in passed}
    return Branch(join, levels, _normed(found, join, passed, after=after))


def _passed(found: Parts, join: Join) -> dict[int, int]:
    """For each step that depends on the branch's start, how many weights lie before its value."""
    passed = {join.start: 0}
    weights = {*join.branch}
    for step in range(join.start + 1, join.step):
        before = [passed[i] for i in found.links.signals(step) if i in passed]
        if before:
            passed[step] = max(before) + (step in weights)
    return passed


def _normed(found: Parts, join: Join, passed: dict[int, int], *, after: bool) -> Normed:
    places = {passed[step] for step in _inside(found, join, passed) if _is_norm(found, step)}
    if 0 in places:
        return "before"
    if after:
        return "after"
    return "inside" if places else ""


def _is_norm(found: Parts, step: int) -> bool:
    return step not in found.maps and label(found, step) == "norm"


def _inside(found: Parts, join: Join, passed: dict[int, int]) -> set[int]:
    """The steps on ways through the branch's weights, from its start, left out, to its sum."""
    reached: set[int] = set()
    waiting = [i for i in found.links.signals(join.step) if passed.get(i, 0)]
    while waiting:
        step = waiting.pop()
        if step != join.start and step in passed and step not in reached:
            reached.add(step)
            waiting += found.links.signals(step)
    return reached
