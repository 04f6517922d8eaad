"""Fits of the Trainer of transformers, held to the loop by hand."""

import gc
import math
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import Trainer, TrainerCallback, TrainingArguments

import isometry as iso
from isometry import errors
from isometry.integrations.huggingface import IsometryCallback
from tests.integrations import fits


@pytest.fixture(scope="module", autouse=True)
def _collecting_little() -> Iterator[None]:
    """The Trainer collects garbage at each start, which takes long where much has been imported."""
    gc.freeze()
    yield
    gc.unfreeze()


class Model(nn.Module):
    """The net of the fits, which returns its loss, and fails at a call, if one is given."""

    def __init__(self, *, drop: float = 0.0, fails_at: int = -1) -> None:
        super().__init__()
        self.net, self.fails_at, self.calls = fits.Net(drop=drop), fails_at, 0

    def forward(self, x: Tensor, labels: Tensor | None = None) -> dict[str, Tensor]:
        made = self.net(x)
        self.calls += 1
        if self.calls > self.fails_at >= 0:
            raise ArithmeticError("a bad batch")
        return {"logits": made} if labels is None else {"loss": fits.error(made, labels)}


class Sharing(Model):
    """A model that is told how much a step gathers, as language models are."""

    def forward(  # type: ignore[override]  # it is told more
        self, x: Tensor, labels: Tensor, **given: Tensor
    ) -> dict[str, Tensor]:
        squares = (self.net(x) - labels).square().sum()
        return {"loss": squares / given["num_items_in_batch"]}


def model(kind: type[Model] = Model, **options: Any) -> Model:
    made = kind(**options)
    fits.started(made.net)
    return made


def samples() -> list[dict[str, Tensor]]:
    return [{"x": x, "labels": y} for x, y in fits.pairs()]


def trainer(folder: Path, trained: nn.Module, *callbacks: Any, **options: Any) -> Trainer:
    """One epoch of eight batches, not shuffled nor clipped, unless told otherwise."""
    rate = options.pop("rate", fits.RATE)
    settings: dict[str, Any] = {
        "num_train_epochs": 1,
        "per_device_train_batch_size": fits.BATCH,
        "train_sampling_strategy": "sequential",
        "max_grad_norm": 0.0,
        "save_strategy": "no",
        "use_cpu": True,
        "report_to": [],
        "disable_tqdm": True,
        "logging_strategy": "no",
    }
    optimizer = torch.optim.SGD(trained.parameters(), lr=rate)
    return Trainer(
        trained,
        TrainingArguments(output_dir=str(folder), **(settings | options)),
        train_dataset=samples(),
        eval_dataset=[{"x": 1e3 * one["x"], "labels": one["labels"]} for one in samples()],
        callbacks=list(callbacks),
        optimizers=(optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)),
    )


def watch(told: fits.Told, **options: Any) -> IsometryCallback:
    settings: dict[str, Any] = {"every": 3, "sinks": [told], "level": "layers"}
    return IsometryCallback(**(settings | options))


class Plain(nn.Module):
    """The same weights under the same paths, for the loop by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.net = model().net

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)  # type: ignore[no-any-return]  # torch


def test_gradients_are_looked_at_behind_the_clipping(tmp_path: Path, calls: list[str]) -> None:
    limit, watching, trained = 1e-3, IsometryCallback(every=2), model()
    whole = fits.sizes_of_gradients(trained.net, fits.batches()[0])
    trainer(tmp_path, trained, watching, max_grad_norm=limit, max_steps=3).train()
    step = ["clip", "gradients", "update", "step"]
    assert calls == ["arm", *step, *step, "arm", *step, "close"]
    assert watching.monitor is not None
    row = {one.path[4:]: one.grad_norm for one in watching.monitor.history[0].layers}
    factor = row["one.weight"] / whole["one.weight"]
    assert math.hypot(*row.values()) < limit
    assert row == pytest.approx({path: size * factor for path, size in whole.items()}, rel=1e-4)


@pytest.mark.parametrize(("gather", "steps"), [(1, [0, 3, 6, 9, 12, 15]), (2, [0, 3, 6])])
def test_sinks_are_told_what_the_loop_by_hand_tells(
    gather: int, steps: list[int], tmp_path: Path
) -> None:
    told, data = fits.Told(), fits.batches() * 2
    options = {"gradient_accumulation_steps": gather, "num_train_epochs": 2}
    trainer(tmp_path, model(), watch(told), **options).train()
    assert told.steps == steps
    assert told.records == fits.close_to(fits.by_hand(Plain(), data, every=3, gather=gather))


def test_a_loss_that_is_a_share_of_a_step_is_told_as_that(tmp_path: Path) -> None:
    told, options = fits.Told(), {"gradient_accumulation_steps": 2}
    trainer(tmp_path, model(Sharing), watch(told), **options).train()
    by_hand = fits.by_hand(Plain(), fits.batches(), every=3, gather=2)
    name = "isometry/summary/loss"
    halves = [(step, {**named, name: named[name] / 2}) for step, named in by_hand]
    assert told.records == fits.close_to(halves)


def test_an_evaluation_between_two_steps_is_not_heard(tmp_path: Path) -> None:
    told = fits.Told()
    trainer(tmp_path, model(), watch(told), eval_strategy="steps", eval_steps=1).train()
    assert told.records == fits.close_to(fits.by_hand(Plain(), fits.batches(), every=3))


def test_a_step_that_is_captured_costs_little(tmp_path: Path) -> None:
    """Every fourth of them here. The control: a sink that takes its time is noticed."""

    def seconds(*callbacks: TrainerCallback) -> float:
        made = trainer(tmp_path, model(), *callbacks, num_train_epochs=2)
        return float(made.train().metrics["train_runtime"])

    def slow(*_: object) -> None:
        time.sleep(0.1)

    kinds = ((), (IsometryCallback(every=4),), (IsometryCallback(every=4, sinks=[slow]),))
    rounds = [[seconds(*kind) for kind in kinds] for _ in range(3)]
    without, watched, delayed = (statistics.median(column) for column in zip(*rounds, strict=True))
    assert watched < 3 * without < delayed


@pytest.mark.parametrize(("fails_at", "steps"), [(-1, [0, 3, 6]), (3, [0])])
def test_nothing_is_left_and_training_is_what_it_was(
    fails_at: int, steps: list[int], tmp_path: Path
) -> None:
    """Also where a captured step fails, once the callback is closed."""
    plain, watched = (model(drop=0.2, fails_at=fails_at) for _ in range(2))
    told = fits.Told()
    watching = watch(told)
    wanted = fits.outcome(plain, trainer(tmp_path, plain).train)
    assert fits.outcome(watched, trainer(tmp_path, watched, watching).train) == wanted
    watching.close()
    assert fits.traces(watched) == fits.traces(plain) == []
    assert (told.steps, told.closed) == (steps, 1)


def test_a_training_that_is_tried_again_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    trained, watching = model(fails_at=3), watch(fits.Told())
    made = trainer(tmp_path, trained, watching)
    with pytest.raises(ArithmeticError):
        made.train()
    assert fits.traces(trained) != []
    trained.fails_at = -1
    made.train()
    assert fits.traces(trained) == []


def test_a_run_goes_on_from_a_checkpoint(tmp_path: Path) -> None:
    """Saved in the middle of an epoch."""
    whole, second = fits.Told(), fits.Told()
    saving = {"save_strategy": "steps", "save_steps": 4, "num_train_epochs": 2}
    models = [model() for _ in range(2)]
    uninterrupted, resumed = watch(whole), watch(second)
    trainer(tmp_path, models[0], uninterrupted, **saving).train()
    again = trainer(tmp_path, models[1], resumed, **saving)
    again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))
    assert (whole.steps, second.steps) == ([0, 3, 6, 9, 12, 15], [6, 9, 12, 15])
    assert second.records == whole.records[2:]
    assert uninterrupted.monitor is not None
    assert resumed.monitor is not None
    assert resumed.monitor.state_dict() == uninterrupted.monitor.state_dict()
    assert iso.fingerprint(models[1]) == iso.fingerprint(models[0])


def test_the_last_checkpoint_is_found_without_its_name(tmp_path: Path) -> None:
    watching = watch(fits.Told())
    saving = {"save_strategy": "steps", "save_steps": 4, "max_steps": 4}
    trainer(tmp_path, model(), watch(fits.Told()), **saving).train()
    longer = trainer(tmp_path, model(), watching, **(saving | {"max_steps": 8}))
    longer.train(resume_from_checkpoint=True)
    assert watching.monitor is not None
    assert [one.step for one in watching.monitor.history] == [0, 3, 6]


def test_a_checkpoint_without_a_history_gives_the_step(tmp_path: Path) -> None:
    told = fits.Told()
    saving = {"save_strategy": "steps", "save_steps": 4, "max_steps": 8}
    trainer(tmp_path, model(), **saving).train()
    again = trainer(tmp_path, model(), watch(told), **saving)
    again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))
    assert told.steps == [6]


def test_a_recipe_starts_the_model_and_no_other_seed_does(tmp_path: Path) -> None:
    trained, wanted, other = Model(), Model(), Model()
    watching = IsometryCallback(recipe="he", seed=5)
    trainer(tmp_path, trained, watching, max_steps=1, rate=0.0).train()
    iso.initialize(wanted, recipe="he", seed=5)
    iso.initialize(other, recipe="he", seed=6)
    assert iso.fingerprint(trained) == iso.fingerprint(wanted) != iso.fingerprint(other)


def test_a_recipe_does_not_start_what_has_been_trained(tmp_path: Path) -> None:
    whole, resumed = Model(), Model()
    saving = {"save_strategy": "steps", "save_steps": 4}
    trainer(tmp_path, whole, IsometryCallback(recipe="he"), **saving).train()
    again = trainer(tmp_path, resumed, IsometryCallback(recipe="he"), **saving)
    again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))
    assert iso.fingerprint(whole) == iso.fingerprint(resumed)


def test_a_finding_stops_the_training(tmp_path: Path) -> None:
    told = fits.Told()
    watching = watch(told, every=1, on_finding="stop")
    made = trainer(tmp_path, model(), watching, rate=0.3)
    with pytest.warns(errors.IsometryWarning, match="ISO701 update-ratio"):
        made.train()
    assert (made.state.global_step, told.steps) == (3, [0, 1, 2])


def test_a_finding_that_is_told_lets_the_training_go_on(tmp_path: Path) -> None:
    found: list[Any] = []
    watching = watch(fits.Told(), every=1, on_finding=found.append)
    made = trainer(tmp_path, model(), watching, rate=1.0)
    made.train()
    assert (made.state.global_step, found[0].code) == (8, "ISO701")


def test_a_sink_that_fails_does_not_end_the_training(tmp_path: Path) -> None:
    told = fits.Told()
    made = trainer(tmp_path, model(), watch(told, sinks=[fits.failing, told]))
    with pytest.warns(errors.IsometryWarning, match="sink failing failed and is left out"):
        made.train()
    assert (made.state.global_step, told.steps) == (8, [0, 3, 6])


def test_a_compiled_model_needs_a_probe(tmp_path: Path) -> None:
    made = trainer(tmp_path, model(), watch(fits.Told()), torch_compile_backend="eager")
    with pytest.raises(errors.InputError) as caught:
        made.train()
    assert str(caught.value) == (
        "Model: the trainer runs the model compiled, and hooks on it would compile it anew. "
        "Needed: a batch for forwards of the monitor's own. Do: pass probe=batch."
    )
