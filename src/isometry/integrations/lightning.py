"""A callback for Lightning: the start before training, and a monitor during it.

>>> from lightning.pytorch import Trainer
>>> from isometry.integrations.lightning import IsometryCallback
>>> trainer = Trainer(
...     callbacks=[IsometryCallback(every=50)], logger=False, enable_checkpointing=False
... )
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from typing_extensions import override

from isometry import _api, recipes
from isometry.frameworks.torch.monitoring import Monitor
from isometry.integrations.watching import checked

try:
    from lightning.pytorch import Callback, LightningModule, Trainer
except ImportError:  # the same classes under the older name
    from pytorch_lightning import (  # type: ignore[assignment]  # those of another name
        Callback,
        LightningModule,
        Trainer,
    )

STEP = "training_step"


class IsometryCallback(Callback):
    """Watches a Lightning run, and starts its model where a recipe is given.

    A step is one of the optimizer, however many batches it gathers; of these, signals are those of
    the last. Gradients are looked at before they are clipped. The count of steps and the history
    are part of a checkpoint. Of several processes the first tells its sinks.

    Args:
        recipe: With which the model is started before the fit, none to leave it; a checkpoint that
            is resumed from is loaded after that.
        seed: Which weights.
        **options: As :class:`isometry.Monitor` takes them: ``every``, ``probe``, ``loss``,
            ``sinks``, ``select``, ``on_finding``, ``level``.
    """

    def __init__(
        self, *, recipe: recipes.RecipeLike | None = None, seed: int = 0, **options: Any
    ) -> None:
        self.recipe, self.seed, self.options = recipe, seed, checked(options)
        self.monitor: Monitor | None = None
        self._state: dict[str, Any] = {}
        self._steps = 0

    @override
    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Start the model, before a strategy wraps it."""
        if stage == "fit" and self.recipe is not None:
            example = self.options.get("probe", pl_module.example_input_array)
            _api.initialize(pl_module, example, recipe=self.recipe, seed=self.seed)

    @override
    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Begin to watch, where a checkpoint left off."""
        sinks = self.options.get("sinks", ()) if trainer.is_global_zero else ()
        self.monitor = Monitor(pl_module, **self.options | {"sinks": sinks})
        self.monitor.load_state_dict({"count": 0, "history": []} | self._state)
        self._steps = trainer.global_step

    @override
    def on_train_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """On a step that is captured, hear what ``training_step`` does."""
        if self.monitor is not None and self.monitor.armed:
            _wrap(pl_module, self.monitor)

    @override
    def on_before_optimizer_step(
        self, trainer: Trainer, pl_module: LightningModule, optimizer: torch.optim.Optimizer
    ) -> None:
        """Look at gradients, which are unscaled and not clipped yet."""
        if self.monitor is not None:
            self.monitor.gradients()

    @override
    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Count a step, if the optimizer has made one."""
        _unwrap(pl_module)
        if self.monitor is None or trainer.global_step == self._steps:
            return
        self._steps = trainer.global_step
        self.monitor.step(_loss(outputs) * trainer.accumulate_grad_batches)
        trainer.should_stop |= self.monitor.should_stop

    @override
    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Take all hooks away."""
        self._close(pl_module)

    @override
    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """Take all hooks away."""
        self._close(pl_module)

    @override
    def state_dict(self) -> dict[str, Any]:
        """The count of steps and the history, for a checkpoint."""
        return self._state if self.monitor is None else self.monitor.state_dict()

    @override
    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """What a checkpoint holds; the watch begins with it."""
        self._state = state_dict

    def _close(self, module: nn.Module) -> None:
        _unwrap(module)
        if self.monitor is not None:
            self.monitor.close()


def _wrap(module: nn.Module, monitor: Monitor) -> None:
    """Layers that ``training_step`` runs are heard, whether or not by the module's forward."""
    inner = getattr(module, STEP)

    def heard(*given: Any, **named: Any) -> Any:
        with monitor.listening():
            return inner(*given, **named)

    _unwrap(module)
    module.__dict__[STEP] = heard


def _unwrap(module: nn.Module) -> None:
    module.__dict__.pop(STEP, None)


def _loss(outputs: Any) -> float:
    found = outputs.get("loss") if isinstance(outputs, Mapping) else outputs
    return float(found) if isinstance(found, torch.Tensor) else float("nan")
