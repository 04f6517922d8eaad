"""Sinks as one: what fails is left out, so that logging never ends a training."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from isometry import errors
from isometry.findings.finding import Finding
from isometry.findings.training_run import TrainingRun
from isometry.measurements import Capture, metrics


class Audience:
    """All sinks of a run; one that raises is left out from then on, with one warning.

    Args:
        sinks: Each is called with the named numbers and the step; one with a method ``capture``
            gets the whole capture instead. ``finding(found, step)``, ``end(run)`` with the whole
            run and then ``close()`` are called where there are such methods.

    >>> told = []
    >>> Audience([lambda named, step: told.append((step, named))]).capture(Capture(3, 0.5, ()))
    >>> told
    [(3, {'isometry/summary/loss': 0.5})]
    """

    def __init__(self, sinks: Sequence[Any] = ()) -> None:
        self.sinks = list(sinks)

    def capture(self, made: Capture, *, layers: bool = False) -> None:
        """Tell a capture; with ``layers``, the numbers of each layer as well."""
        if not self.sinks:
            return
        named = metrics(made, layers=layers)

        def tell(sink: Any) -> None:
            if callable(whole := getattr(sink, "capture", None)):
                whole(made)
            else:
                sink(named, made.step)

        self._each(tell)

    def finding(self, found: Finding, step: int) -> None:
        """Tell a finding to the sinks that listen to findings."""
        self._each(lambda sink: getattr(sink, "finding", _nothing)(found, step))

    def close(self, run: TrainingRun) -> None:
        """Tell the whole run to the sinks that wait for it, and close those that can be closed."""
        self._each(lambda sink: getattr(sink, "end", _nothing)(run))
        self._each(lambda sink: getattr(sink, "close", _nothing)())

    def _each(self, tell: Callable[[Any], None]) -> None:
        for sink in tuple(self.sinks):
            try:
                tell(sink)
            except Exception as problem:  # whatever a logger raises, training goes on
                self.sinks.remove(sink)
                name = getattr(sink, "__name__", type(sink).__name__)
                text = f"the sink {name} failed and is left out from here on"
                warnings.warn(
                    f"{text} ({type(problem).__name__}: {problem})",
                    errors.IsometryWarning,
                    stacklevel=7,
                )


def _nothing(*_: Any) -> None:
    """What a sink does that has no such method."""
