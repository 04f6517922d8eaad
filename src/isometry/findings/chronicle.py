"""What a run has shown so far: captures, the findings over them, and who is told of both."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, assert_never

from isometry import errors
from isometry.findings.audience import Audience
from isometry.findings.finding import SEVERITIES, Finding
from isometry.findings.training import run_findings
from isometry.findings.training_run import TrainingRun, training_run
from isometry.measurements import Capture, capture_from_json

OnFinding = Literal["warn", "stop"] | Callable[[Finding], None]
"""What becomes of a finding of a run."""
Level = Literal["summary", "layers"]
"""Which numbers sinks are told."""


class Chronicle:
    """A run as it goes on, in any framework.

    Args:
        sinks: As :class:`Audience` takes them.
        on_finding: ``"warn"``, ``"stop"`` to set :attr:`should_stop` as well, or a function.
        level: ``"summary"`` for eight numbers, ``"layers"`` for those of each layer as well.

    >>> run = Chronicle()
    >>> run.add(Capture(0, 0.5, ()))
    >>> len(run.history), run.findings, run.should_stop
    (1, [], False)
    """

    def __init__(
        self,
        sinks: Sequence[Any] = (),
        *,
        on_finding: OnFinding = "warn",
        level: Level = "summary",
    ) -> None:
        self.audience = Audience(sinks)
        self.on_finding, self.level = on_finding, level
        self.history: list[Capture] = []
        self.findings: list[Finding] = []
        self.should_stop = False

    def add(self, made: Capture) -> None:
        """Go on by a capture: tell it, and judge the run."""
        self.history.append(made)
        self.audience.capture(made, layers=self.level == "layers")
        self._judge(made.step)

    def run(self, name: str = "") -> TrainingRun:
        """The run so far as the rules see it."""
        return training_run(self.history, name=name)

    def close(self, name: str = "") -> None:
        """Tell the whole run to those who wait for it, once, and close the sinks.

        Args:
            name: What the run is called.
        """
        self.audience.close(self.run(name))
        self.audience = Audience()

    def state(self, count: int) -> dict[str, Any]:
        """What resumption needs, as what JSON can hold: the count of steps and the history."""
        return {"count": count, "history": [one.to_json() for one in self.history]}

    def load(self, state: Mapping[str, Any]) -> int:
        """Go on from a state.

        Args:
            state: What :meth:`state` gave.

        Returns:
            The count of steps.
        """
        self.history = [capture_from_json(one) for one in state["history"]]
        return int(state["count"])

    def _judge(self, step: int) -> None:
        """Say each finding once, and again when it gets worse or concerns further weights."""
        for one in run_findings(self.history):
            if not any(_covers(known, one) for known in self.findings):
                self.findings.append(one)
                self.audience.finding(one, step)
                self._say(one, step)

    def _say(self, found: Finding, step: int) -> None:
        if callable(self.on_finding):
            self.on_finding(found)
            return
        text = f"step {step}: {found.code} {found.name}: {found.message}"
        warnings.warn(f"{text} {found.mend.words}", errors.IsometryWarning, stacklevel=6)
        match self.on_finding:
            case "warn":
                return
            case "stop":
                self.should_stop = True
            case never:
                assert_never(never)


def _covers(known: Finding, found: Finding) -> bool:
    """Whether a finding says as much as another, or more."""
    same = known.code == found.code and {*found.paths} <= {*known.paths}
    return same and SEVERITIES.index(known.severity) <= SEVERITIES.index(found.severity)
