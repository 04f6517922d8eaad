"""A callback for Lightning: the start before training, and a monitor during it.

>>> from lightning.pytorch import Trainer
>>> from isometry.integrations.lightning import IsometryCallback
>>> trainer = Trainer(
...     callbacks=[IsometryCallback(every=50)], logger=False, enable_checkpointing=False
... )
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn
from typing_extensions import override

from isometry import _api, errors, recipes
from isometry.frameworks.torch.monitoring import Monitor
from isometry.integrations.options import audible, checked

try:
    from lightning.pytorch import Callback, LightningModule, Trainer
except ImportError:  # the same classes under the older name
    from pytorch_lightning import (  # type: ignore[assignment]  # one class to Python, two to mypy
        Callback,
        LightningModule,
        Trainer,
    )

STEP = "training_step"


class IsometryCallback(Callback):
    """Watches a Lightning run, and starts its model where a recipe is given.

    A step is one of the optimizer, however many batches it gathers; of these, signals and the loss
    are those of the last. Where ``training_step`` steps several optimizers by hand, a step is a
    batch in which one of them did. Gradients are looked at before they are clipped. The count of
    steps and the history are part of a checkpoint. Of several processes the first tells its sinks.

    Args:
        recipe: With which the model is started before its first step, none to leave it; a
            checkpoint that is resumed from is loaded after that.
        seed: Which weights.
        **options: As ``isometry.Monitor`` takes them: ``every``, ``probe``, ``loss``,
            ``sinks``, ``select``, ``on_finding``, ``level``.
    """

    def __init__(
        self, *, recipe: recipes.RecipeLike | None = None, seed: int = 0, **options: Any
    ) -> None:
        self.recipe, self.seed, self.options = recipe, seed, checked(options)
        self.monitor: Monitor | None = None
        self._state: dict[str, Any] = {}
        self._steps = 0
        self._unwrap: Callable[[], None] | None = None

    @override
    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Start the model, before a strategy wraps it."""
        if stage == "fit" and self.recipe is not None and trainer.global_step == 0:
            _check(pl_module)
            example = self.options.get("probe", pl_module.example_input_array)
            _api.initialize(pl_module, example, recipe=self.recipe, seed=self.seed)

    @override
    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Begin to watch, where a checkpoint left off."""
        compiled = getattr(pl_module, "_compiler_ctx", None) is not None
        audible(self.options, compiled=compiled, path=type(pl_module).__name__)
        sinks = self.options.get("sinks", ()) if trainer.is_global_zero else ()
        self.monitor = Monitor(pl_module, **self.options | {"sinks": sinks})
        self._steps = trainer.global_step
        held = self._state if self._steps else {}
        self.monitor.load_state_dict({"count": self._steps, "history": []} | held)

    @override
    def on_train_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """On a step that is captured, hear what ``training_step`` does."""
        if self.monitor is not None and self.monitor.armed:
            self._put_back()
            self._unwrap = _wrapped(pl_module, self.monitor)

    @override
    def on_before_optimizer_step(
        self, trainer: Trainer, pl_module: LightningModule, optimizer: torch.optim.Optimizer
    ) -> None:
        """Look at gradients, which are unscaled and not clipped yet."""
        if self.monitor is not None:
            self.monitor.gradients(optimizer)

    @override
    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Count a step, if the optimizer has made one."""
        self._put_back()
        if self.monitor is None or trainer.global_step == self._steps:
            return
        self._steps = trainer.global_step
        self.monitor.step(_loss(outputs) * trainer.accumulate_grad_batches)
        trainer.should_stop |= self.monitor.should_stop

    @override
    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Take all hooks away."""
        self._close()

    @override
    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """Take all hooks away."""
        self._close()

    @override
    def state_dict(self) -> dict[str, Any]:
        """The count of steps and the history, for a checkpoint."""
        return self._state if self.monitor is None else self.monitor.state_dict()

    @override
    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """What a checkpoint holds; the watch begins with it."""
        self._state = state_dict

    def _close(self) -> None:
        self._put_back()
        if self.monitor is not None:
            self._state = self.monitor.state_dict()  # for a fit that goes on from this one
            self.monitor.close()

    def _put_back(self) -> None:
        if self._unwrap is not None:
            self._unwrap()
            self._unwrap = None


def _wrapped(module: nn.Module, monitor: Monitor) -> Callable[[], None]:
    """Layers that ``training_step`` runs are heard, whether or not by the module's forward.

    Returns:
        What puts the module's own step back, which may be an attribute of the instance, too.
    """
    inner, own = getattr(module, STEP), module.__dict__.get(STEP)

    def heard(*given: Any, **named: Any) -> Any:
        with monitor.listening():
            return inner(*given, **named)

    def put_back() -> None:
        module.__dict__.pop(STEP, None)
        if own is not None:
            module.__dict__[STEP] = own

    module.__dict__[STEP] = heard
    return put_back


def _check(module: nn.Module) -> None:
    if next(module.parameters(), None) is None:
        raise errors.InputError(
            "the model has no weights before configure_model is called",
            needed="layers that a recipe can start",
            do="leave recipe out, and call isometry.initialize at the end of configure_model",
            path=type(module).__name__,
        )


def _loss(outputs: Any) -> torch.Tensor | float:
    """On its device: it is read on captured steps alone."""
    found = outputs.get("loss") if isinstance(outputs, Mapping) else outputs
    if isinstance(found, torch.Tensor) and found.numel() == 1:
        return found.detach()
    return math.nan
