"""Curves and texts, read back by TensorBoard's own reader."""

from pathlib import Path
from typing import Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils.tensorboard import SummaryWriter

from isometry.integrations.tensorboard import TensorBoard
from isometry.measurements import summary
from tests.integrations.watching import watch


def read(folder: Path) -> Any:
    found = EventAccumulator(str(folder))
    found.Reload()
    return found


def texts(found: Any, name: str) -> list[str]:
    tensors = found.Tensors(f"{name}/text_summary")
    return [one.tensor_proto.string_val[0].decode() for one in tensors]


def test_curves_findings_and_the_run_arrive(tmp_path: Path) -> None:
    monitor = watch(TensorBoard(tmp_path))
    found = read(tmp_path)
    points = found.Scalars("isometry/summary/loss")
    losses = [summary(one)["loss"] for one in monitor.history]
    assert [(one.step, one.value) for one in points] == [
        (step, pytest.approx(loss, rel=1e-6)) for step, loss in enumerate(losses)
    ]
    assert "isometry/layers/act_std/0.weight" in found.Tags()["scalars"]
    assert texts(found, "isometry/findings")[0].startswith("**error ISO701 update-ratio**")
    assert "ISO701" in texts(found, "isometry/run")[0]
    assert "custom_scalars__config__" in found.Tags()["tensors"]


def test_a_writer_of_ones_own_stays_open(tmp_path: Path) -> None:
    writer = SummaryWriter(str(tmp_path))
    watch(TensorBoard(writer), level="summary")
    writer.add_scalar("mine", 1.0, 9)
    writer.close()
    tags = read(tmp_path).Tags()["scalars"]
    assert "mine" in tags
    assert len(tags) == 9
