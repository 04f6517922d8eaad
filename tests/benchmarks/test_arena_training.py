"""When a run ends, and what it tells."""

import math
from collections.abc import Callable

import pytest

from benchmarks.arena import training
from benchmarks.arena.limits import Limits

GIVEN = Limits(steps=40, every=2, target=0.9, floor=0.2, patience=10)


class Scripted:
    """A pupil whose loss and score are functions of its steps."""

    def __init__(self, score: Callable[[int], float], loss: Callable[[int], float]) -> None:
        self.steps, self._score, self._loss = 0, score, loss

    def step(self) -> float:
        self.steps += 1
        return self._loss(self.steps)

    def score(self) -> float:
        return self._score(self.steps)


def course(
    score: Callable[[int], float],
    loss: Callable[[int], float] = lambda _: 1.0,
    *,
    given: Limits = GIVEN,
) -> tuple[training.Course, int]:
    pupil = Scripted(score, loss)
    return training.train(pupil, given), pupil.steps


@pytest.mark.parametrize(
    ("score", "reason", "taken"),
    [
        (lambda step: step / 20, "target", 18),
        (lambda _: 0.5, "budget", 40),
        (lambda _: 0.19, "hopeless", 10),
        (lambda step: 0.21 if step == 2 else 0.1, "budget", 40),
    ],
    ids=["reaches", "stays", "is below the floor", "was above the floor once"],
)
def test_a_run_ends_when_it_should(score: Callable[[int], float], reason: str, taken: int) -> None:
    found, steps = course(score)
    assert (found.reason, steps) == (reason, taken)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_a_run(bad: float) -> None:
    found, steps = course(lambda _: 0.5, lambda step: bad if step == 7 else 1.0)
    assert (found.reason, steps, found.best) == ("diverged", 7, 0.5)


def test_steps_are_those_of_the_first_look_that_reaches() -> None:
    found, _ = course(lambda step: 1.0 if step >= 15 else 0.5)
    assert found.steps == 16


def test_a_run_that_does_not_stop_keeps_its_steps_and_its_best() -> None:
    given = Limits(steps=40, every=2, target=0.9, stops=False)
    found, steps = course(lambda step: step / 40, given=given)
    assert (found.steps, steps, found.best, found.reason) == (36, 40, 1.0, "target")


def test_a_curve_is_thinned_the_same_for_every_run_of_a_budget() -> None:
    given = Limits(steps=300, every=5, target=0.5)
    short, _ = course(lambda step: step / 100, given=given)
    assert training.stride(given) == 2
    assert training.curve(short, given) == (10, 20, 30, 40, 50)
