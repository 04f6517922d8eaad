"""A sink for TensorBoard: curves, findings as text, and the run as a table at its end."""

from pathlib import Path
from typing import Any

from isometry import reports
from isometry.findings import Finding, TrainingRun
from isometry.integrations.libraries import library
from isometry.measurements.summaries import SUMMARY

LAYOUT = {
    "isometry": {
        "slopes": ["Multiline", [f"{SUMMARY}act_slope", f"{SUMMARY}delta_slope"]],
        "units": ["Multiline", [f"{SUMMARY}dead_frac", f"{SUMMARY}sat_frac"]],
        "sizes": ["Multiline", [f"{SUMMARY}update_log10", f"{SUMMARY}grad_log10"]],
    }
}
"""Curves that are read together, as custom scalars."""


class TensorBoard:
    """Writes what a monitor tells for TensorBoard.

    Args:
        to: A folder, or a ``SummaryWriter``, which is left open at the end.

    Raises:
        MissingDependencyError: TensorBoard is not installed.
    """

    def __init__(self, to: Any) -> None:
        self.own = isinstance(to, str | Path)
        module = library("torch.utils.tensorboard", "tensorboard")
        self.writer: Any = module.SummaryWriter(str(to)) if self.own else to
        self._begun = False

    def __call__(self, named: dict[str, float], step: int) -> None:
        """Write one point of each curve."""
        if not self._begun:
            self.writer.add_custom_scalars(LAYOUT)
        self._begun = True
        for name, value in named.items():
            self.writer.add_scalar(name, value, step)

    def finding(self, found: Finding, step: int) -> None:
        """Write a finding with its mend."""
        text = f"**{found.severity} {found.code} {found.name}**: {found.message} {found.mend.words}"
        self.writer.add_text("isometry/findings", text, step)

    def end(self, run: TrainingRun) -> None:
        """Write the whole run as tables."""
        self.writer.add_text("isometry/run", reports.run_markdown(run))

    def close(self) -> None:
        """Close a writer of one's own, else see to it that all is written."""
        if self.own:
            self.writer.close()
        else:
            self.writer.flush()
