"""Whether runs bear something out: yes, no, or not conclusive; never more than they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from benchmarks.arena.standings import Standing, fewer

Answer = Literal["yes", "no", "not conclusive", "not run"]
Verdict = Literal["borne out", "not borne out", "not conclusive", "not run"]


@dataclass(frozen=True, slots=True)
class Case:
    """What one net says of a claim.

    Attributes:
        net: Which net.
        answer: What it says.
        words: The figures.
    """

    net: str
    answer: Answer
    words: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, and what each net says of it.

    Attributes:
        sentence: The claim.
        cases: One for each net that it speaks of.
        needed: How many of them must say yes.
        rule: How a case is decided.
    """

    sentence: str
    cases: tuple[Case, ...]
    needed: int
    rule: str

    @property
    def verdict(self) -> Verdict:
        """Borne out by enough yeses; refuted where even the open cases would not do."""
        if not self.cases or any(case.answer == "not run" for case in self.cases):
            return "not run"
        if self.count("yes") >= self.needed:
            return "borne out"
        if self.count("yes") + self.count("not conclusive") >= self.needed:
            return "not conclusive"
        return "not borne out"

    def count(self, answer: Answer) -> int:
        """How many cases give an answer."""
        return sum(case.answer == answer for case in self.cases)

    def those(self, answer: Answer) -> tuple[Case, ...]:
        """The cases that give an answer."""
        return tuple(case for case in self.cases if case.answer == answer)


def within(ours: Standing, rival: Standing, factor: float) -> Answer:
    """Whether we need at most ``factor`` times the steps of a rival, by the rank test.

    Args:
        ours: Our cell.
        rival: The rival's.
        factor: What the rival's steps are multiplied by.

    Returns:
        ``"yes"`` or ``"no"`` where the seeds are conclusive.
    """
    allowed = tuple(factor * steps for steps in rival.steps)
    if not ours.reaches:
        return "no" if rival.reaches else "not conclusive"
    if fewer(ours.steps, allowed):
        return "yes"
    return "no" if fewer(allowed, ours.steps) else "not conclusive"


def figures(one: Standing) -> str:
    """Median and range of steps, or the best score where the target is not reached."""
    if one.error:
        return f"{one.cell.recipe}: error"
    if not one.reaches:
        return f"{one.cell.recipe}: not reached, at best {one.best:.1%}"
    return f"{one.cell.recipe}: {spread(one)}"


def spread(one: Standing) -> str:
    """Median of the steps, and their range."""
    least, most = one.steps[0], one.steps[-1]
    return f"{number(one.median)} ({number(least)}–{number(most)})"


def number(steps: float) -> str:
    """Steps as a whole number; infinitely many as a sign."""
    return "∞" if steps == float("inf") else f"{steps:.0f}"


def yes_no(found: bool) -> Answer:  # noqa: FBT001 - the one thing that it translates
    """A plain answer."""
    return "yes" if found else "no"


def nets(cases: Sequence[Case]) -> str:
    """The names of nets."""
    return ", ".join(case.net for case in cases)
