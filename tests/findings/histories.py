"""Training runs written by hand, so that no framework stands between a test and its numbers."""

import math
from collections.abc import Callable

from isometry.findings import TrainingRun, training_run
from isometry.measurements import Capture, LayerCapture

HOSTILE = "</script><img src=x onerror=alert(1)>|`x`\x1b[31m"

Row = Callable[[int, int], LayerCapture]


def layer(place: int, time: int, *, update: float = -3.0, dead: int = 0) -> LayerCapture:
    """One of some layers that are alike but for their depth."""
    return LayerCapture(
        f"fc{place}.weight",
        act_std=0.9**place,
        delta_norm=0.01 * 1.1**place,
        weight_norm=8.0,
        grad_norm=0.8,
        update_norm=8.0 * 10**update,
        units=64,
        dead=dead,
        saturated=0.0,
    )


def captures(row: Row = layer, *, count: int = 6, depth: int = 12) -> tuple[Capture, ...]:
    """A run whose loss halves every ten steps."""
    return tuple(
        Capture(10 * time, 2.0**-time, tuple(row(place, time) for place in range(depth)))
        for time in range(count)
    )


def fine() -> TrainingRun:
    """Steps fit their weights, and no unit dies."""
    return training_run(captures(), name="fine.jsonl")


def dying() -> TrainingRun:
    """Ten units more die in layer 3 at each capture, and its steps are large."""

    def row(place: int, time: int) -> LayerCapture:
        return layer(
            place, time, update=-1.5 if place == 3 else -3.0, dead=10 * time * (place == 3)
        )

    return training_run(captures(row), name="logs/dying.jsonl", notes=("line 7 was cut short",))


def lost() -> TrainingRun:
    """The loss and all that follows from it is no number any more after two captures."""
    before = captures(count=2)
    after = [
        Capture(step, math.nan, tuple(LayerCapture(one.path, units=64) for one in before[0].layers))
        for step in (20, 30, 40)
    ]
    return training_run([*before, *after], name="lost.jsonl")


def bare() -> TrainingRun:
    """One capture of one weight, of which nothing was seen."""
    return training_run([Capture(0, math.nan, (LayerCapture("w"),))], name="bare.jsonl")


def hostile() -> TrainingRun:
    """Layers, file and note have names that would break a report."""

    def row(place: int, time: int) -> LayerCapture:
        return LayerCapture(f"{HOSTILE}{place}", 1.0, 1.0, 1.0, 1.0, 0.5, 8, time)

    return training_run(captures(row, depth=3), name=HOSTILE, notes=(HOSTILE,))
