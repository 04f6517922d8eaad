"""Contestants in turn, several times: medians and ratios, never one lucky figure."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

SETTLE = 0.25
"""Seconds of rest before each contestant: OpenMP's and XLA's threads go on spinning for a while
after their work is done, and would take a core from whoever comes next."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of every round of one contestant."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle round."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> str:
        """The quickest and the slowest round."""
        return f"{min(self.seconds):.4f}–{max(self.seconds):.4f}"


def in_turn(contestants: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Timing]:
    """Every contestant once a round, in the given order, after one round that is not counted.

    A machine that slows down for a while slows all of them, so the ratio of medians holds.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for counted in (False, *([True] * rounds)):
        for name, run in contestants.items():
            time.sleep(SETTLE)
            start = time.perf_counter()
            run()
            elapsed = time.perf_counter() - start
            if counted:
                seconds[name].append(elapsed)
    return {name: Timing(name, tuple(rounds_)) for name, rounds_ in seconds.items()}
