"""A callback for Keras 3: a monitor that looks at a batch of its own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from typing_extensions import override

from isometry import errors, weights
from isometry.findings import Chronicle, Level, OnFinding
from isometry.frameworks.keras.probing import Probe, norms
from isometry.measurements import Capture
from isometry.measurements.rows import layer_rows


class IsometryCallback(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Watches ``model.fit``; callbacks of Keras see no gradient, so it makes its own.

    On captured steps the model runs forward and backward on the probe, under the compiled loss:
    sizes of signals and gradients, and the loss, are those of the probe, and compare across steps.
    Norms of updates are those of the real step.

    Args:
        x: A batch of inputs, as ``model(x)`` takes it.
        y: Its targets.
        every: Capture each so-many-th batch, from the first.
        sinks: As ``isometry.Monitor`` takes them.
        select: Globs of paths of weights; all where empty.
        on_finding: ``"warn"``, ``"stop"`` to end the training as well, or a function.
        level: ``"summary"`` for eight numbers, ``"layers"`` for those of each layer as well.
        state: A file for the count of steps and the history: written at the end of each epoch, and
            taken up where it is there, so that a run goes on.

    Raises:
        InputError: ``every`` is no step.
    """

    def __init__(  # noqa: PLR0913 - the probe, and options that are keywords
        self,
        x: Any,
        y: Any = None,
        *,
        every: int = 100,
        sinks: Sequence[Any] = (),
        select: Sequence[str] = (),
        on_finding: OnFinding = "warn",
        level: Level = "summary",
        state: str | Path | None = None,
    ) -> None:
        super().__init__()
        if every < 1:
            raise errors.InputError(
                f"every is {every}", needed="a whole number above 0", do="pass every=100"
            )
        self.x, self.y, self.every, self.select = x, y, every, tuple(select)
        self.chronicle = Chronicle(sinks, on_finding=on_finding, level=level)
        self.state = None if state is None else Path(state)
        self.count = 0
        self._probe: Probe | None = None
        self._before: list[Any] = []

    @property
    def history(self) -> list[Capture]:
        """The captures so far."""
        return self.chronicle.history

    @override
    def on_train_begin(self, logs: Any = None) -> None:
        """Begin to watch, where a state left off."""
        if self._probe is not None and self._probe.model is not self.model:
            self._probe = None
        if self.state is not None and self.state.is_file():
            self.count = self.chronicle.load(json.loads(self.state.read_text(encoding="utf-8")))

    @override
    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Copy weights, on a step that is captured."""
        if self.count % self.every == 0:
            self._sync()
            if self._probe is None:
                self._probe = Probe(self.model, self.x, self.y, self.select)
            self._before = self._probe.values()

    @override
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Compare weights, and look at the probe."""
        if self._probe is not None and self._before:
            self._sync()
            self.chronicle.add(self._captured(self._probe))
            self._before = []
            self.model.stop_training |= self.chronicle.should_stop
        self.count += 1

    @override
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Save the state."""
        if self.state is not None:
            text = json.dumps(self.chronicle.state(self.count), allow_nan=False)
            weights.write_text(self.state, text, force=True)

    @override
    def on_train_end(self, logs: Any = None) -> None:
        """Close the sinks."""
        self._before = []
        self.chronicle.close(self.model.name)

    def _sync(self) -> None:
        """On JAX the weights of a fit live outside of the model."""
        if keras.backend.backend() == "jax":
            self.model.jax_state_sync()

    def _captured(self, probe: Probe) -> Capture:
        after = probe.values()
        moves = norms([b - a for a, b in zip(self._before, after, strict=True)])
        rows, heard, loss = probe.look()
        paths = [v.path for v in probe.weights]
        told = (("weight_norm", norms(self._before)), ("update_norm", moves))
        for name, sizes in told:
            rows |= {(p, name): np.array([size]) for p, size in zip(paths, sizes, strict=True)}
        made = layer_rows(rows, heard, paths)
        return Capture(self.count, loss, tuple(made.values()))
