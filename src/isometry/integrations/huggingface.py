"""A callback for the Trainer of transformers: the start before training, a monitor during it.

>>> from isometry.integrations.huggingface import IsometryCallback
>>> IsometryCallback(every=50).file
'isometry.json'
"""

import json
from pathlib import Path
from typing import Any

from torch import nn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from typing_extensions import override

from isometry import _api, recipes, weights
from isometry.frameworks.torch.monitoring import Monitor
from isometry.integrations.options import audible, checked


class IsometryCallback(TrainerCallback):
    """Watches a run of ``transformers.Trainer``, and starts its model where a recipe is given.

    A step is one of the optimizer. The Trainer clips gradients before any callback sees them, by
    ``max_grad_norm=1.0`` unless told otherwise: their sizes then are those of the clipped ones, in
    the right proportion to each other. The loss is the one that the model returns, of the last
    batch of a step; under gradient accumulation that of a model that takes ``num_items_in_batch``
    is its share of the step's. With each checkpoint the count of steps and the history are saved,
    and taken up again by a run that resumes from it. Of several processes the first tells its
    sinks.

    The Trainer tells callbacks of no exception: after one, call :meth:`close`.

    Args:
        recipe: With which the model is started before the first step, none to leave it; a run that
            resumes is not started again.
        seed: Which weights.
        file: What the history is called in a checkpoint.
        **options: As ``isometry.Monitor`` takes them: ``every``, ``probe``, ``loss``,
            ``sinks``, ``select``, ``on_finding``, ``level``.
    """

    def __init__(
        self,
        *,
        recipe: recipes.RecipeLike | None = None,
        seed: int = 0,
        file: str = "isometry.json",
        **options: Any,
    ) -> None:
        self.recipe, self.seed, self.file, self.options = recipe, seed, file, checked(options)
        self.monitor: Monitor | None = None
        self._open = False

    @override
    def on_train_begin(  # type: ignore[override]  # the Trainer's own names the arguments' types alone
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        model: nn.Module,
        **_: Any,
    ) -> None:
        """Start the model, and begin to watch, where a checkpoint left off."""
        audible(self.options, compiled=args.torch_compile, path=type(model).__name__)
        if self.recipe is not None and state.global_step == 0:
            _api.initialize(model, self.options.get("probe"), recipe=self.recipe, seed=self.seed)
        self.close()  # where an exception has ended another training
        sinks = self.options.get("sinks", ()) if state.is_world_process_zero else ()
        self.monitor = Monitor(model, **self.options | {"sinks": sinks})
        self.monitor.load_state_dict(self._saved(args, state))
        self._open = True

    @override
    def on_pre_optimizer_step(self, *_: Any, **__: Any) -> None:
        """Look at gradients, before the optimizer's step."""
        if self.monitor is not None:
            self.monitor.gradients()

    @override
    def on_optimizer_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """Count a step: weights have moved, and gradients are still there."""
        if self.monitor is not None:
            self.monitor.step()
            control.should_training_stop |= self.monitor.should_stop
        return control

    @override
    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Put the count of steps and the history beside the checkpoint."""
        folder = _checkpoint(args, state.global_step)
        if self.monitor is not None and state.is_world_process_zero and folder.is_dir():
            text = json.dumps(self.monitor.state_dict(), allow_nan=False)
            weights.write_text(folder / self.file, text, force=True)

    @override
    def on_train_end(self, *_: Any, **__: Any) -> None:
        """Take all hooks away."""
        self.close()

    def close(self) -> None:
        """Take all hooks away, once; for a training that an exception has ended."""
        if self.monitor is not None and self._open:
            self.monitor.close()
        self._open = False

    def _saved(self, args: TrainingArguments, state: TrainerState) -> dict[str, Any]:
        """What a checkpoint holds, or a history that is empty up to the step of it."""
        given = args.resume_from_checkpoint
        folders = [Path(given)] if isinstance(given, str) else []
        for folder in (*folders, _checkpoint(args, state.global_step)):
            if state.global_step and (folder / self.file).is_file():
                held: dict[str, Any] = json.loads((folder / self.file).read_text(encoding="utf-8"))
                return held
        return {"count": state.global_step, "history": []}


def _checkpoint(args: TrainingArguments, step: int) -> Path:
    return Path(str(args.output_dir)) / f"checkpoint-{step}"
