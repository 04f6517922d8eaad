"""A run of MLflow in a store of files."""

from pathlib import Path
from typing import Any

import mlflow
import pytest

from isometry.integrations.mlflow import MLflow
from isometry.measurements import summary
from tests.integrations.watching import watch


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> mlflow.MlflowClient:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    return mlflow.MlflowClient(f"file:{tmp_path}")


def test_metrics_the_verdict_and_the_page_arrive(client: mlflow.MlflowClient) -> None:
    run_id = client.create_run(client.create_experiment("tests")).info.run_id
    monitor = watch(MLflow(run_id, client=client))
    points: list[Any] = client.get_metric_history(run_id, "isometry/summary/loss")
    losses = [summary(one)["loss"] for one in monitor.history]
    assert [(one.step, one.value) for one in points] == [
        (step, pytest.approx(loss)) for step, loss in enumerate(losses)
    ]
    tags = client.get_run(run_id).data.tags
    assert tags["isometry.verdict"].startswith("ISO701 update-ratio")
    assert tags["isometry.ISO701"].startswith("error at step 2: ")
    (page,) = client.list_artifacts(run_id, "isometry")
    assert page.path == "isometry/report.html"
    assert client.get_run(run_id).info.status == "RUNNING"


def test_names_that_mlflow_refuses_are_made_safe(client: mlflow.MlflowClient) -> None:
    run_id = client.create_run(client.create_experiment("tests")).info.run_id
    MLflow(run_id, client=client)({"isometry/layers/act_std/a[0].weight": 1.0}, 3)
    assert client.get_run(run_id).data.metrics == {"isometry/layers/act_std/a_0_.weight": 1.0}
