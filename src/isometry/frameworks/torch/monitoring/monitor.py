"""A model watched while it trains: a few numbers every so many steps, and what is wrong."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from isometry import errors
from isometry.findings import Chronicle, Finding, Level, OnFinding, TrainingRun
from isometry.frameworks.torch.monitoring.live import Live
from isometry.frameworks.torch.monitoring.moves import Moves, copied, weights_of
from isometry.frameworks.torch.monitoring.numbers import Numbers
from isometry.frameworks.torch.monitoring.probing import probe
from isometry.frameworks.torch.observing.observe import unwrapped
from isometry.measurements import Capture
from isometry.measurements.rows import layer_rows


class Monitor:
    """Watches a torch model every so many steps of its training; afterwards no hook is left.

    Without ``probe`` it is live: hooks hear one real forward and backward, on captured steps alone.
    With ``probe`` it runs a forward and backward of its own on that batch, which compares across
    steps and works for compiled models. Weights are copied before a captured step and compared
    after it. Call :meth:`step` after each step of the optimizer.

    Args:
        model: The model, as training calls it.
        every: Capture each so-many-th step, from the first.
        probe: The forward's arguments for runs of its own.
        loss: For the probe, as ``isometry.diagnose`` takes it.
        sinks: Each is called with the named numbers and the step; one with a method ``capture``
            gets the whole capture instead. ``finding(found, step)``, ``end(run)`` with the whole
            run and then ``close()`` are called where there are such methods. A sink that raises is
            left out, with one warning.
        select: Globs of paths of weights; all where empty.
        on_finding: ``"warn"``, ``"stop"`` to set :attr:`should_stop` as well, or a function.
        level: ``"summary"`` for eight numbers, ``"layers"`` for those of each layer as well.

    >>> net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
    >>> optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    >>> with Monitor(net, every=2) as monitor:
    ...     for _ in range(4):
    ...         optimizer.zero_grad()
    ...         loss = net(torch.ones(3, 4)).square().mean()
    ...         loss.backward()
    ...         optimizer.step()
    ...         _ = monitor.step(loss, optimizer)
    >>> [capture.step for capture in monitor.history]
    [0, 2]
    """

    def __init__(  # noqa: PLR0913 - the model, and options that are keywords
        self,
        model: nn.Module,
        *,
        every: int = 100,
        probe: Any = None,
        loss: Any = None,
        sinks: Sequence[Any] = (),
        select: Sequence[str] = (),
        on_finding: OnFinding = "warn",
        level: Level = "summary",
    ) -> None:
        _check(model, every, probe)
        self.model, self.every, self.probe, self.loss = model, every, probe, loss
        self.chronicle = Chronicle(sinks, on_finding=on_finding, level=level)
        self.weights = weights_of(unwrapped(model), tuple(select))
        self.count = 0
        self._armed = False
        self._numbers = Numbers()
        self._live: Live | None = None
        self._moves: Moves | None = None
        self._stepped: RemovableHandle | None = None

    def __enter__(self) -> Self:
        self._arm_if_due()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def arm(self) -> None:
        """Capture the step that comes next, due or not."""
        self._disarm()
        self._armed = True
        self._numbers = Numbers()
        self._moves = copied(self.weights)
        if self.probe is None:
            self._live = Live(self.model, self.weights, self._numbers)

    def step(
        self, loss: Tensor | float = math.nan, optimizer: torch.optim.Optimizer | None = None
    ) -> Capture | None:
        """Say that the optimizer has made a step.

        Args:
            loss: What training saw; the one that the model returns itself where not given.
            optimizer: Where given, later captures read gradients and updates right behind its
                step, so that they may be cleared before this call.

        Returns:
            The capture, if this step was one.
        """
        if optimizer is not None and self._stepped is None:
            self._stepped = optimizer.register_step_post_hook(self._read)
        made = self._captured(_number(loss)) if self.armed else None
        self.count += 1
        self._arm_if_due()
        return made

    def gradients(self, optimizer: torch.optim.Optimizer | None = None) -> None:
        """Look at gradients now, where something will change or clear them before :meth:`step`.

        Args:
            optimizer: One of several, to look at those of its weights alone.
        """
        if self._moves is None:
            return
        groups = [] if optimizer is None else optimizer.param_groups
        only = {id(tensor) for group in groups for tensor in group["params"]}
        self._moves.gradients(self._numbers, None if optimizer is None else only)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear activations in the body too, where it runs layers outside of the model's forward.

        Yields:
            None: The body runs here.
        """
        if self._live is None:
            yield
            return
        with self._live.listening():
            yield

    def close(self) -> None:
        """Remove every hook and copy, and close the sinks."""
        self._disarm()
        if self._stepped is not None:
            self._stepped.remove()
            self._stepped = None
        self.chronicle.close(type(unwrapped(self.model)).__name__)

    def state_dict(self) -> dict[str, Any]:
        """What resumption needs: the count of steps and the history."""
        return self.chronicle.state(self.count)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.count = self.chronicle.load(state)
        self._disarm()
        self._arm_if_due()

    def report(self, name: str = "") -> TrainingRun:
        """The run so far as the rules see it; a notebook shows it, ``isometry.reports`` tell it.

        Args:
            name: What the run is called; the model's class where not given.

        Returns:
            The captures and the findings.
        """
        return self.chronicle.run(name or type(unwrapped(self.model)).__name__)

    @property
    def history(self) -> list[Capture]:
        """The captures so far."""
        return self.chronicle.history

    @property
    def findings(self) -> list[Finding]:
        """What was found so far."""
        return self.chronicle.findings

    @property
    def should_stop(self) -> bool:
        """Whether a finding asks to stop, under ``on_finding="stop"``."""
        return self.chronicle.should_stop

    @property
    def armed(self) -> bool:
        """Whether the step under way is captured."""
        return self._armed

    def _arm_if_due(self) -> None:
        if self.count % self.every == 0 and not self.armed:
            self.arm()

    def _disarm(self) -> None:
        if self._live is not None:
            self._live.remove()
        self._live = self._moves = None
        self._armed = False

    def _read(self, *_: object) -> None:
        """Compare weights with their copies, once."""
        if self._moves is not None:
            self._moves.read(self._numbers)
            self._moves = None

    def _captured(self, loss: float) -> Capture:
        self._read()
        heard = {} if self._live is None else self._live.order
        if self._live is not None and math.isnan(loss):
            loss = _number(self._live.loss)
        self._disarm()
        if self.probe is not None:
            heard = probe(self.model, self.probe, self.loss, self.weights, self._numbers)
        rows = layer_rows(self._numbers.copied(), heard, [slot.path for slot in self.weights])
        made = Capture(self.count, loss, tuple(rows.values()))
        self.chronicle.add(made)
        return made


def _check(model: nn.Module, every: int, probe: Any) -> None:
    if every < 1:
        raise errors.InputError(
            f"every is {every}", needed="a whole number above 0", do="pass every=100"
        )
    if probe is None and "_orig_mod" in model._modules:
        raise errors.InputError(
            "the model is compiled, and hooks on it would compile it anew",
            needed="a batch for forwards of the monitor's own",
            do="pass probe=batch",
            path=type(model).__name__,
        )


def _number(loss: Tensor | float) -> float:
    return float(loss.detach()) if isinstance(loss, Tensor) else float(loss)
