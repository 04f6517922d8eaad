"""Descent on scales: looked at from time to time, the best state kept, killed and resumed."""

import math
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from isometry.calibrations import Adjustment, Calibration, Descent, Ending, GradInit, MetaInit
from isometry.calibrations.descents import Array
from isometry.frameworks.torch.calibrating.states import Score, State, load, save
from isometry.frameworks.torch.calibrating.subject import Subject
from isometry.frameworks.torch.calibrating.trials import Trials
from isometry.frameworks.torch.fingerprint import fingerprint
from isometry.frameworks.torch.tracing.preserving import as_measured
from isometry.reports import console

SOUGHT = "its scale was sought with all others"


class Task(ABC):
    """An objective on scales.

    Args:
        trials: Runs the model at scales.

    Attributes:
        bound: What the first of two numbers of a score is, which is compared before the objective.
    """

    bound: ClassVar[str]

    def __init__(self, trials: Trials) -> None:
        self.trials = trials

    @abstractmethod
    def step(self, descent: Descent) -> Descent:
        """One step of the descent."""

    @abstractmethod
    def look(self, scales: Array) -> Score:
        """How good scales are, on samples that are the same at every look; less is better."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A task with the method that it belongs to.

    Attributes:
        subject: The model.
        method: How far to go.
        task: The objective.
        model: Fingerprint of the weights at the start, where a state is kept.
    """

    subject: Subject
    method: GradInit | MetaInit
    task: Task
    model: str


def iterate(
    subject: Subject, method: GradInit | MetaInit, task: Task, left: dict[str, str]
) -> Calibration:
    """Go down, and leave the model at the best scales that were seen, its start among them.

    Args:
        subject: The model.
        method: How far to go.
        task: The objective.
        left: Why tensors were left out.

    Returns:
        The record. After an interruption by the user it tells of the best state so far; after an
        exception the model holds that state, too, and the exception goes on.
    """
    start = time.perf_counter()
    model = str(fingerprint(subject.model)) if method.resume else ""
    plan = Plan(subject, method, task, model)
    with as_measured(subject.model), torch.enable_grad():
        state = load(method.resume, method, model) or _begun(task)
        state, ended = _descended(plan, state)
    _write(task.trials, state.scales)
    trials = task.trials
    return Calibration(
        method,
        subject.record(_lines(trials, state.scales, left)),
        trials.forwards,
        trials.backwards,
        time.perf_counter() - start,
        steps=state.descent.step,
        before=state.start[-1],
        after=state.best[-1],
        ended="unchanged" if state.best == state.start and ended != "interrupted" else ended,
        notes=_notes(task, state),
    )


def _begun(task: Task) -> State:
    descent = Descent.start(len(task.trials.scaled))
    score = _finite(task.look(descent.scales))
    return State(descent, score, score, descent.scales)


def _descended(plan: Plan, state: State) -> tuple[State, Ending]:
    """The last state, which holds the best one, and how it came to an end."""
    held = [state]  # what is known when an exception comes
    try:
        with _watched(plan.method.steps) as told:
            for held[0] in _states(plan, state):
                told(held[0])
    except KeyboardInterrupt:
        return held[0], "interrupted"
    except BaseException as problem:
        _write(plan.task.trials, held[0].scales)
        problem.add_note(
            f"The model holds the best scales of {held[0].descent.step} steps of "
            f"{plan.method.name}."
        )
        raise
    return held[0], "early" if held[0].descent.step < plan.method.steps else "done"


def _states(plan: Plan, state: State) -> Iterator[State]:
    method, task = plan.method, plan.task
    while state.descent.step < method.steps and state.stale < method.patience:
        state = replace(state, descent=task.step(state.descent))
        step = state.descent.step
        if step % method.every == 0 or step == method.steps:
            state = _looked(task, state)
            save(method.resume, state, method, plan.model)
        yield state


def _looked(task: Task, state: State) -> State:
    score = _finite(task.look(state.descent.scales))
    if score < state.best:
        return replace(state, best=score, scales=state.descent.scales, stale=0)
    return replace(state, stale=state.stale + 1)


def _finite(score: Score) -> Score:
    """A score in which no number is worse than one that is not finite."""
    return tuple(value if math.isfinite(value) else math.inf for value in score)


def _write(trials: Trials, scales: Array) -> None:
    """Set the tensors to their start times the scales: all of them, whenever Ctrl-C comes."""
    try:
        _set(trials, scales)
    except KeyboardInterrupt:
        _set(trials, scales)
        raise


@torch.no_grad()
def _set(trials: Trials, scales: Array) -> None:
    for one, scale in zip(trials.scaled, scales, strict=True):
        one.slot.tensor.detach().copy_(one.start * float(scale))


def _lines(trials: Trials, scales: Array, left: dict[str, str]) -> dict[str, Adjustment]:
    done = {path: Adjustment(path, "kept", why) for path, why in left.items()}
    for one, scale in zip(trials.scaled, scales, strict=True):
        path, factor = one.slot.path, float(scale)
        moved = factor != 1.0
        done[path] = Adjustment(path, "scaled" if moved else "kept", SOUGHT, (factor, factor))
    return done


def _notes(task: Task, state: State) -> tuple[str, ...]:
    if len(state.best) == 1:
        return ()
    return (f"{task.bound}: {state.start[0]:.4g} → {state.best[0]:.4g}",)


@contextmanager
def _watched(steps: int) -> Iterator[Callable[[State], None]]:
    """A bar on stderr where somebody watches."""
    to: Any = console(sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=to, transient=True, disable=not to.is_terminal) as progress:
        bar = progress.add_task("calibrating", total=steps)

        def told(state: State) -> None:
            words = f"{state.best[-1]:.4g}" if np.isfinite(state.best[-1]) else "…"
            progress.update(
                bar, completed=state.descent.step, description=f"calibrating, best {words}"
            )

        yield told
