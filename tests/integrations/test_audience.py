"""What sinks hear, and when, in a plain loop."""

from typing import Any

import pytest

from isometry import errors
from isometry.findings import Finding, TrainingRun
from isometry.measurements import Capture
from tests.integrations.watching import watch


class Listener:
    """Notes all that it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    def capture(self, made: Capture) -> None:
        """A capture."""
        self.heard.append(("capture", made.step))

    def finding(self, found: Finding, step: int) -> None:
        """A finding."""
        self.heard.append((found.code, step))

    def end(self, run: TrainingRun) -> None:
        """The whole run."""
        self.heard.append(
            ("end", (run.name, len(run.captures), [one.code for one in run.findings]))
        )

    def close(self) -> None:
        """The end."""
        self.heard.append(("close", None))


class Broken(Listener):
    """Fails at the second capture."""

    def capture(self, made: Capture) -> None:
        """Fails."""
        super().capture(made)
        if made.step == 1:
            raise OSError("the disk is full")


def test_everything_is_heard_once_and_in_order() -> None:
    listener = Listener()
    monitor = watch(listener)
    steps = [("capture", 0), ("capture", 1), ("capture", 2), ("ISO701", 2), ("capture", 3)]
    assert listener.heard[:5] == steps
    assert listener.heard[-2:] == [("end", ("Sequential", 4, ["ISO701"])), ("close", None)]
    monitor.close()
    assert listener.heard.count(("close", None)) == 1


def test_a_sink_that_fails_is_left_out_and_training_goes_on() -> None:
    broken, listener = Broken(), Listener()
    with pytest.warns(errors.IsometryWarning, match=r"sink Broken failed .*the disk is full"):
        monitor = watch(broken, listener)
    assert broken.heard == [("capture", 0), ("capture", 1)]
    assert len(monitor.history) == 4
    assert ("capture", 3) in listener.heard


def test_a_finding_that_is_no_worse_is_not_said_again() -> None:
    listener = Listener()
    watch(listener, rate=2e-1)
    codes = [name for name, _ in listener.heard if name.startswith("ISO")]
    assert len(codes) == len(set(codes))
