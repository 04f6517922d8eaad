"""Fits of Lightning, held to the loop by hand."""

import math
import statistics
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback, ModelCheckpoint
from torch import Tensor
from torch.utils.data import DataLoader
from typing_extensions import override

import isometry as iso
from isometry import errors
from isometry.integrations.lightning import IsometryCallback
from tests.integrations import fits

pytestmark = [
    # Its own use of torch's trees.
    pytest.mark.filterwarnings(r"ignore:`isinstance\(treespec, LeafSpec\)`:FutureWarning"),
    # Advice about speed, which a net of this size has no use for.
    pytest.mark.filterwarnings("ignore:The '.*_dataloader' does not have many workers"),
    pytest.mark.filterwarnings("ignore:The number of training batches .* is smaller than the log"),
    # A second fit writes to the folder of the first.
    pytest.mark.filterwarnings("ignore:Checkpoint directory .* exists and is not empty"),
]


class Lit(LightningModule):
    """The net of the fits, and a training step that fails at a batch, if one is given."""

    def __init__(self, *, drop: float = 0.0, rate: float = fits.RATE, fails_at: int = -1) -> None:
        super().__init__()
        self.net, self.rate, self.fails_at = fits.Net(drop=drop), rate, fails_at

    @override
    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)  # type: ignore[no-any-return]  # torch

    @override
    def training_step(self, batch: fits.Batch, batch_idx: int) -> Any:
        made = self.net(batch[0])
        if batch_idx == self.fails_at:
            raise ArithmeticError("a bad batch")
        return fits.error(made, batch[1])

    @override
    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=self.rate)


class Late(LightningModule):
    """Has its layers from ``configure_model`` alone."""

    @override
    def configure_model(self) -> None:
        self.net = fits.Net()


class Validating(Lit):
    """Validates on what its units do not see in training."""

    @override
    def validation_step(self, batch: fits.Batch, batch_idx: int) -> Any:
        return fits.error(self(1e3 * batch[0]), batch[1])


class ByHand(Lit):
    """Two optimizers that ``training_step`` steps, the first one's gradients cleared in between."""

    def __init__(self) -> None:
        super().__init__()
        self.automatic_optimization = False

    @override
    def training_step(self, batch: fits.Batch, batch_idx: int) -> None:
        for optimizer in self.optimizers():  # type: ignore[union-attr]  # there are two
            optimizer.zero_grad()
            self.manual_backward(fits.error(self(batch[0]), batch[1]))
            optimizer.step()
            optimizer.zero_grad()

    @override
    def configure_optimizers(self) -> Any:
        parts = (self.net.one, self.net.two)
        return [torch.optim.SGD(part.parameters(), lr=fits.RATE) for part in parts]


def lit(**options: Any) -> Lit:
    model = Lit(**options)
    fits.started(model)
    return model


def fit(
    model: LightningModule,
    *callbacks: Callback,
    resume: Path | None = None,
    validation: Any = None,
    **options: Any,
) -> Trainer:
    """One fit, of one epoch of eight batches unless told otherwise."""
    quiet = dict.fromkeys(("logger", "enable_progress_bar", "enable_model_summary"), False)
    saving = any(isinstance(one, ModelCheckpoint) for one in callbacks)
    limits: dict[str, Any] = {"max_epochs": 1, "enable_checkpointing": saving, "accelerator": "cpu"}
    trainer = Trainer(callbacks=list(callbacks), **(quiet | limits | options))
    trainer.fit(model, loader(), validation, ckpt_path=resume)
    return trainer


def loader() -> Any:
    return DataLoader(fits.pairs(), batch_size=fits.BATCH)  # type: ignore[arg-type]  # a list is one


def saving(folder: Path) -> ModelCheckpoint:
    """At the end of each epoch, of which a first one has eight steps."""
    return ModelCheckpoint(folder, "half", save_on_train_epoch_end=True)


def watch(told: fits.Told, **options: Any) -> IsometryCallback:
    settings: dict[str, Any] = {"every": 3, "sinks": [told], "level": "layers"}
    return IsometryCallback(**(settings | options))


def test_gradients_are_looked_at_before_they_are_clipped(calls: list[str]) -> None:
    model, watching = lit(), IsometryCallback(every=2)
    whole = fits.sizes_of_gradients(model, fits.batches()[0])
    fit(model, watching, gradient_clip_val=1e-3, limit_train_batches=3)
    step = ["gradients", "clip", "update", "step"]
    assert calls == ["arm", *step, *step, "arm", *step, "close"]
    assert watching.monitor is not None
    row = {one.path: one.grad_norm for one in watching.monitor.history[0].layers}
    assert row == pytest.approx(whole, rel=1e-6)
    assert math.hypot(*row.values()) > 10 * 1e-3


@pytest.mark.parametrize(("gather", "steps"), [(1, [0, 3, 6, 9, 12, 15]), (2, [0, 3, 6])])
def test_sinks_are_told_what_the_loop_by_hand_tells(gather: int, steps: list[int]) -> None:
    told, data = fits.Told(), fits.batches() * 2
    fit(lit(), watch(told), accumulate_grad_batches=gather, max_epochs=2)
    assert told.steps == steps
    assert told.records == fits.close_to(fits.by_hand(lit(), data, every=3, gather=gather))


def test_a_validation_between_two_steps_is_not_heard() -> None:
    told, model = fits.Told(), Validating()
    fits.started(model)
    fit(model, watch(told), validation=loader(), val_check_interval=1)
    assert told.records == fits.close_to(fits.by_hand(lit(), fits.batches(), every=3))


def test_a_step_that_is_captured_costs_little() -> None:
    """Every fourth of them here. The control: a sink that takes its time is noticed."""

    def seconds(*callbacks: Callback) -> float:
        model = lit()
        begin = time.perf_counter()
        fit(model, *callbacks, max_epochs=2)
        return time.perf_counter() - begin

    def slow(*_: object) -> None:
        time.sleep(0.1)

    kinds = ((), (IsometryCallback(every=4),), (IsometryCallback(every=4, sinks=[slow]),))
    rounds = [[seconds(*kind) for kind in kinds] for _ in range(3)]
    without, watched, delayed = (statistics.median(column) for column in zip(*rounds, strict=True))
    assert watched < 3 * without < delayed


@pytest.mark.parametrize(("fails_at", "steps"), [(-1, [0, 3, 6]), (3, [0])])
def test_nothing_is_left_and_training_is_what_it_was(fails_at: int, steps: list[int]) -> None:
    """Also where a captured step fails."""
    plain, watched = (lit(drop=0.2, fails_at=fails_at) for _ in range(2))
    told = fits.Told()
    wanted = fits.outcome(plain, lambda: fit(plain))
    assert fits.outcome(watched, lambda: fit(watched, watch(told))) == wanted
    assert fits.traces(watched) == fits.traces(plain) == []
    assert (told.steps, told.closed) == (steps, 1)


def test_a_step_of_the_instance_is_heard_and_put_back() -> None:
    model, told = lit(), fits.Told()
    own = model.training_step
    model.training_step = own  # type: ignore[method-assign]  # as compilation and notebooks do
    fit(model, watch(told))
    assert vars(model)["training_step"] is own
    assert told.records == fits.close_to(fits.by_hand(lit(), fits.batches(), every=3))


def test_a_run_goes_on_from_a_checkpoint(tmp_path: Path) -> None:
    whole, first, second = fits.Told(), fits.Told(), fits.Told()
    models = [lit() for _ in range(3)]
    uninterrupted, resumed = watch(whole), watch(second)
    fit(models[0], uninterrupted, max_epochs=3)
    fit(models[1], watch(first), saving(tmp_path), max_epochs=1)
    fit(models[2], resumed, saving(tmp_path), resume=tmp_path / "half.ckpt", max_epochs=3)
    assert (first.steps, second.steps) == ([0, 3, 6], [9, 12, 15, 18, 21])
    assert first.records + second.records == whole.records
    assert resumed.state_dict() == uninterrupted.state_dict()
    assert iso.fingerprint(models[2]) == iso.fingerprint(models[0])


# The data start anew there, which is not what is looked at.
@pytest.mark.filterwarnings("ignore:You're resuming from a checkpoint that ended before the epoch")
def test_a_checkpoint_in_the_middle_of_an_epoch_holds_the_step_that_it_is_behind(
    tmp_path: Path,
) -> None:
    often: dict[str, Any] = {"every_n_train_steps": 4, "filename": "{step}", "save_top_k": -1}
    told = fits.Told()
    fit(lit(), watch(fits.Told()), ModelCheckpoint(tmp_path, **often))
    half = tmp_path / "step=4.ckpt"
    watching = watch(told)
    fit(lit(), watching, ModelCheckpoint(tmp_path, **often), resume=half)
    assert watching.monitor is not None
    assert [one.step for one in watching.monitor.history] == [0, 3, 6]
    assert told.steps == [6]


def test_a_checkpoint_without_a_history_gives_the_step(tmp_path: Path) -> None:
    told = fits.Told()
    fit(lit(), saving(tmp_path))
    fit(lit(), watch(told), saving(tmp_path), resume=tmp_path / "half.ckpt", max_epochs=2)
    assert told.steps == [9, 12, 15]


def test_a_recipe_starts_the_model_and_no_other_seed_does() -> None:
    model, wanted, other = Lit(rate=0.0), Lit(), Lit()
    fit(model, IsometryCallback(recipe="he", seed=5), max_steps=1)
    iso.initialize(wanted, recipe="he", seed=5)
    iso.initialize(other, recipe="he", seed=6)
    assert iso.fingerprint(model) == iso.fingerprint(wanted) != iso.fingerprint(other)


def test_a_recipe_does_not_start_what_has_been_trained(tmp_path: Path) -> None:
    whole, resumed, again = Lit(), Lit(), Lit()
    fit(whole, IsometryCallback(recipe="he"), max_epochs=2)
    trainer = fit(again, IsometryCallback(recipe="he"), saving(tmp_path))
    half: dict[str, Any] = {"resume": tmp_path / "half.ckpt", "max_epochs": 2}
    fit(resumed, IsometryCallback(recipe="he"), saving(tmp_path), **half)
    trainer.fit_loop.max_epochs = 2
    trainer.fit(again, loader())
    assert iso.fingerprint(whole) == iso.fingerprint(resumed) == iso.fingerprint(again)


def test_a_recipe_comes_too_early_for_layers_of_configure_model() -> None:
    trainer = Trainer(accelerator="cpu", logger=False, enable_checkpointing=False)
    with pytest.raises(errors.InputError) as caught:
        IsometryCallback(recipe="he").setup(trainer, Late(), "fit")
    assert str(caught.value) == (
        "Late: the model has no weights before configure_model is called. Needed: layers that a "
        "recipe can start. Do: leave recipe out, and call isometry.initialize at the end of "
        "configure_model."
    )


def test_a_finding_stops_the_fit() -> None:
    told = fits.Told()
    with pytest.warns(errors.IsometryWarning, match="ISO701 update-ratio"):
        trainer = fit(lit(rate=1.0), watch(told, every=1, on_finding="stop"))
    assert (trainer.global_step, told.steps) == (3, [0, 1, 2])


def test_a_finding_that_is_told_lets_the_fit_go_on() -> None:
    found: list[Any] = []
    trainer = fit(lit(rate=1.0), watch(fits.Told(), every=1, on_finding=found.append))
    assert (trainer.global_step, found[0].code) == (8, "ISO701")


def test_a_sink_that_fails_does_not_end_the_fit() -> None:
    told = fits.Told()
    with pytest.warns(errors.IsometryWarning, match="sink failing failed and is left out"):
        trainer = fit(lit(), watch(told, sinks=[fits.failing, told]))
    assert (trainer.global_step, told.steps) == (8, [0, 3, 6])


def test_several_optimizers_count_as_one_step_a_batch() -> None:
    model, told = ByHand(), fits.Told()
    fits.started(model)
    watching = watch(told)
    fit(model, watching)
    assert watching.monitor is not None
    rows = {one.path: one for one in watching.monitor.history[-1].layers}
    moved = [rows[f"net.{name}.weight"] for name in ("one", "two")]
    assert told.steps == [0, 3, 6]
    ratios = [row.update_norm / row.grad_norm for row in moved]
    assert ratios == pytest.approx([fits.RATE] * 2, rel=1e-3)
    assert rows["net.three.weight"].update_norm == 0.0
    assert fits.traces(model) == []


def test_a_probe_looks_at_the_same_batch_each_time() -> None:
    told, model = fits.Told(), lit(rate=0.0)
    fit(model, watch(told, probe=fits.batches()[0][0], select=["net.one.weight"]))
    sizes = {named["isometry/layers/act_std/net.one.weight"] for _, named in told.records}
    assert (told.steps, len(sizes)) == ([0, 3, 6], 1)


def test_a_compiled_module_trains_with_a_probe() -> None:
    told, model = fits.Told(), lit()
    fit(torch.compile(model, backend="eager"), watch(told, probe=fits.batches()[0][0]))  # type: ignore[arg-type]  # Lightning unwraps it
    assert told.steps == [0, 3, 6]


def test_a_compiled_module_needs_a_probe() -> None:
    with pytest.raises(errors.InputError) as caught:
        fit(torch.compile(lit(), backend="eager"), watch(fits.Told()))  # type: ignore[arg-type]  # Lightning unwraps it
    assert str(caught.value) == (
        "Lit: the trainer runs the model compiled, and hooks on it would compile it anew. "
        "Needed: a batch for forwards of the monitor's own. Do: pass probe=batch."
    )
