"""A sink for Weights & Biases: curves, alerts, a table of layers and the page of the run."""

from typing import Any

from isometry import reports
from isometry.findings import Finding, TrainingRun
from isometry.integrations.libraries import library

STEP = "isometry/step"
"""The axis of all curves: a run's own steps go on with every call of anybody."""
LAYER = ("path", "act_std", "delta_norm", "grad_ratio", "dead_frac", "update_log10")


class WandB:
    """Logs what a monitor tells to a run of Weights & Biases, which is never finished here.

    Args:
        run: The run; the one that ``wandb.init`` has made if not given.

    Raises:
        MissingDependencyError: wandb is not installed.
    """

    def __init__(self, run: Any = None) -> None:
        self.library = library("wandb", "wandb")
        self.run: Any = self.library.run or self.library.init() if run is None else run
        self.run.define_metric(STEP, hidden=True)
        self.run.define_metric("isometry/*", step_metric=STEP)

    def __call__(self, named: dict[str, float], step: int) -> None:
        """Log one point of each curve."""
        self.run.log({**named, STEP: step})

    def finding(self, found: Finding, step: int) -> None:
        """Alert, with the mend."""
        level = {"error": "ERROR", "warning": "WARN", "note": "INFO"}[found.severity]
        text = f"step {step}: {found.message} {found.mend.words}"
        title = f"isometry {found.code} {found.name}"
        self.run.alert(title=title, text=text, level=getattr(self.library.AlertLevel, level))

    def end(self, run: TrainingRun) -> None:
        """Log the layers of the last capture, the page and the verdict."""
        self.run.summary["isometry/verdict"] = run.verdict
        if not run.captures:
            return
        layers = run.captures[-1].layers
        data = [[getattr(one, name) for name in LAYER] for one in layers]
        table = self.library.Table(columns=list(LAYER), data=data)
        page = self.library.Html(reports.run_page(run), inject=False)
        self.run.log({"isometry/layers": table, "isometry/report": page})
