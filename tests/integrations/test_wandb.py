"""A run of Weights & Biases without a network."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import wandb
from wandb.proto import wandb_internal_pb2

from isometry.integrations.wandb import WandB
from isometry.measurements import summary
from tests.integrations.watching import watch

HEADER, BLOCK, FRAME = 7, 32768, struct.Struct("<IHB")
"""Of the file; how long its blocks are; checksum, length and kind of each part."""
RECORD: Any = wandb_internal_pb2.Record  # type: ignore[attr-defined]  # made when it is loaded


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("WANDB_DIR", "WANDB_CACHE_DIR", "WANDB_CONFIG_DIR", "WANDB_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("WANDB_SILENT", "true")
    with wandb.init(mode="offline", project="tests", dir=str(tmp_path)) as made:
        yield made


def chunks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The parts of a log as LevelDB writes it: 1 is whole, 2 the first, 4 the last of several."""
    at = HEADER
    while at + FRAME.size <= len(data):
        if (left := BLOCK - at % BLOCK) < FRAME.size:
            at += left
            continue
        _, length, kind = FRAME.unpack_from(data, at)
        at += FRAME.size
        yield kind, data[at : at + length]
        at += length


def records(folder: Path) -> list[Any]:
    """What the run has written for its later upload."""
    (file,) = folder.rglob("*.wandb")
    found, held = [], b""
    for kind, part in chunks(file.read_bytes()):
        held += part
        if kind in (1, 4):
            found.append(RECORD.FromString(held))
            held = b""
    return found


def rows(found: list[Any]) -> list[dict[str, Any]]:
    """The points of all curves, one dictionary for each call of ``log``."""
    logged = [one.history.item for one in found if one.WhichOneof("record_type") == "history"]
    return [
        {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in items}
        for items in logged
    ]


def test_curves_alerts_and_the_run_arrive(run: Any, tmp_path: Path) -> None:
    run.log({"mine": 1.0})
    monitor = watch(WandB(run))
    run.log({"mine": 2.0})
    assert run.summary["isometry/verdict"].startswith("ISO701 update-ratio")
    run.finish()
    found = records(tmp_path)
    told = rows(found)
    curves = [row for row in told if "isometry/summary/loss" in row]
    losses = [(row["isometry/step"], row["isometry/summary/loss"]) for row in curves]
    expected = [summary(one)["loss"] for one in monitor.history]
    assert losses == [(step, pytest.approx(loss)) for step, loss in enumerate(expected)]
    assert [row["mine"] for row in told if "mine" in row] == [1.0, 2.0]
    alerts = [one.alert for one in found if one.WhichOneof("record_type") == "alert"]
    assert [one.title for one in alerts] == ["isometry ISO701 update-ratio"]
    (layers,) = tmp_path.rglob("*.table.json")
    table = json.loads(layers.read_text(encoding="utf-8"))
    assert [row[0] for row in table["data"]] == ["0.weight", "2.weight"]
    assert len([*tmp_path.rglob("report*.html")]) == 1
