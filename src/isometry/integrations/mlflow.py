"""A sink for MLflow: metrics, the verdict as a tag, and the page of the run as an artifact."""

import re
from typing import Any

from isometry import reports
from isometry.findings import Finding, TrainingRun
from isometry.integrations.libraries import library

UNSAFE = re.compile(r"[^\w./ :-]")
"""What MLflow refuses in the name of a metric."""


class MLflow:
    """Logs what a monitor tells to a run of MLflow, which is never ended here.

    Args:
        run_id: The run; the active one if not given, which ``mlflow.start_run`` makes.
        client: A ``MlflowClient``, for a store that is not the current one.

    Raises:
        MissingDependencyError: MLflow is not installed.
    """

    def __init__(self, run_id: str | None = None, *, client: Any = None) -> None:
        module = library("mlflow", "mlflow-skinny")
        self.client: Any = module.MlflowClient() if client is None else client
        if run_id is None:
            run_id = (module.active_run() or module.start_run()).info.run_id
        self.run_id = str(run_id)

    def __call__(self, named: dict[str, float], step: int) -> None:
        """Log one point of each metric."""
        for name, value in named.items():
            self.client.log_metric(self.run_id, UNSAFE.sub("_", name), value, step=step)

    def finding(self, found: Finding, step: int) -> None:
        """Tag the run with the finding."""
        text = f"{found.severity} at step {step}: {found.message} {found.mend.words}"
        self.client.set_tag(self.run_id, f"isometry.{found.code}", text)

    def end(self, run: TrainingRun) -> None:
        """Tag the run with the verdict, and keep the page."""
        self.client.set_tag(self.run_id, "isometry.verdict", run.verdict)
        if run.captures:
            page = reports.run_page(run)
            self.client.log_text(self.run_id, page, "isometry/report.html")
