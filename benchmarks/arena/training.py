"""One run: steps until the score is reached, the budget is used up, or there is no hope."""

import math
import time
from dataclasses import dataclass
from typing import Protocol

from benchmarks.arena.limits import Limits
from benchmarks.arena.rows import Reason

POINTS = 30
"""Points of a whole curve, at most."""


class Pupil(Protocol):
    """What learns."""

    def step(self) -> float:
        """Take one step and return the training loss."""

    def score(self) -> float:
        """How good it is on data that it does not learn from, at best 1."""


@dataclass(slots=True)
class Course:
    """How a run went: the fields of a row that training decides."""

    steps: int | None = None
    best: float = -math.inf
    loss: float = math.nan
    reason: Reason = "budget"
    seconds: float = 0.0
    scores: tuple[float, ...] = ()


def stride(given: Limits) -> int:
    """How many looks at the score lie between two points of a curve."""
    return math.ceil(given.steps / given.every / POINTS)


def curve(course: Course, given: Limits) -> tuple[int, ...]:
    """Scores on the way in percent, thinned."""
    apart = stride(given)
    return tuple(round(100 * score) for score in course.scores[apart - 1 :: apart])


def train(pupil: Pupil, given: Limits) -> Course:
    """Let a pupil learn within its limits.

    Args:
        pupil: What learns.
        given: Its limits.

    Returns:
        How it went.
    """
    course, began = Course(), time.perf_counter()
    for step in range(1, given.steps + 1):
        course.loss = pupil.step()
        if not math.isfinite(course.loss):
            course.reason = "diverged"
            break
        if step % given.every == 0:
            _look(course, pupil.score(), step, given)
        if course.steps is not None and given.stops:
            course.reason = "target"
            break
        if step == given.patience and course.best < given.floor:
            course.reason = "hopeless"
            break
    if course.steps is not None:
        course.reason = "target"
    course.seconds = time.perf_counter() - began
    return course


def _look(course: Course, score: float, step: int, given: Limits) -> None:
    course.scores = (*course.scores, score)
    course.best = max(course.best, score)
    if course.steps is None and score >= given.target:
        course.steps = step
