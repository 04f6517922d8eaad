"""The results as one Markdown page."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from statistics import median

from benchmarks.calibrations import CalibrationResult
from benchmarks.diagnoses import DiagnosisResult
from benchmarks.fills import SIZE, FillResult
from benchmarks.models import ModelResult
from benchmarks.monitors import MonitorResult

RIVALS = ("isometry", "isometry, 1 thread", "torch", "numpy", "jax", "fill_")

INTRODUCTION = """# Benchmarks

Regenerate this page with `make bench`. Every contestant runs once a round, in turn, so that a
machine that slows down slows all of them; the figures are medians, and a ratio compares medians of
the same run. Before each one there is a quarter of a second of rest, since the threads of OpenMP
and XLA go on spinning after their work and would slow down whoever comes next. `fill_` writes a
constant into the same memory: the limit that memory sets to a fill.
"""


def page(
    fills: Sequence[FillResult],
    models: Sequence[ModelResult],
    others: Sequence[str],
    rounds: int,
) -> str:
    """The whole page."""
    parts = [INTRODUCTION, _machine(rounds), _fills(fills), _scaling(fills), _models(models)]
    return "\n".join([*parts, *others])


def _machine(rounds: int) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "numpy", "numba", "jax"))
    return (
        f"Machine: {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}; "
        f"{packages}; {rounds} rounds of {SIZE:,} values.\n"
    )


def _fills(results: Sequence[FillResult]) -> str:
    lines = ["## One tensor", "", "Million values a second; the last two columns are ratios.", ""]
    lines += [_row(["law", "dtype", *RIVALS, "over torch", "of the limit"])]
    lines += ["|:--|:--|" + "--:|" * (len(RIVALS) + 2)]
    return "\n".join([*lines, *(_row(_fill_cells(result)) for result in results), ""])


def _fill_cells(result: FillResult) -> list[str]:
    rates = [f"{result.rate(name):,.0f}" if name in result.timings else "" for name in RIVALS]
    limit = result.rate("isometry") / result.rate("fill_")
    return [result.law, result.dtype, *rates, f"**{result.ratio():.1f}×**", f"{limit:.0%}"]


def _scaling(results: Sequence[FillResult]) -> str:
    lines = [
        "## Scaling with cores",
        "",
        "How many times quicker on all cores than on one thread.",
        "",
    ]
    lines += [_row(["law", "dtype", "speed-up"]), "|:--|:--|--:|"]
    lines += [
        _row([result.law, result.dtype, f"{result.ratio('isometry, 1 thread'):.2f}×"])
        for result in results
    ]
    return "\n".join([*lines, ""])


def _models(results: Sequence[ModelResult]) -> str:
    lines = [
        "## Whole models",
        "",
        "From a config to initialized weights on the CPU, in seconds; isometry's time includes",
        "recording the model's own initialization. The limit allocates the model and fills it with",
        "a constant. Peak memory is that of the process over that of the weights, beyond what the",
        "imports took.",
        "",
        _row(
            [
                "model",
                "values",
                "isometry",
                "from_config",
                "limit",
                "ratio",
                "peak ours",
                "peak theirs",
            ]
        ),
        "|:--|--:|--:|--:|--:|--:|--:|--:|",
    ]
    return "\n".join([*lines, *(_row(_model_cells(result)) for result in results), ""])


def _model_cells(result: ModelResult) -> list[str]:
    medians = [f"{result.median(name):.2f}" for name in ("isometry", "from_config", "constant")]
    peaks = [f"{result.peak[name]:.2f}" for name in ("isometry", "from_config")]
    return [result.name, f"{result.values:,}", *medians, f"**{result.ratio():.1f}×**", *peaks]


def diagnoses(results: Sequence[DiagnosisResult]) -> str:
    """The section on diagnoses."""
    lines = [
        "## Diagnosis",
        "",
        "`isometry.diagnose` beside one forward and backward of the same model on the same batch:",
        "median seconds, their ratio, and the peak of the process' memory during each.",
        "",
        _row(["model", "values", "step", "diagnosis", "ratio", "peak of a step", "ratio of peaks"]),
        "|:--|--:|--:|--:|--:|--:|--:|",
    ]
    return "\n".join([*lines, *(_row(_diagnosis_cells(result)) for result in results), ""])


def _diagnosis_cells(result: DiagnosisResult) -> list[str]:
    step, ours = (median(result.seconds[name]) for name in ("step", "diagnosis"))
    peaks = result.peak["diagnosis"] / result.peak["step"]
    return [
        *(
            result.name,
            f"{result.values:,}",
            f"{step:.2f}",
            f"{ours:.2f}",
            f"**{ours / step:.1f}×**",
        ),
        *(f"{result.peak['step'] / 1e6:,.0f} MB", f"{peaks:.2f}×"),
    ]


def calibrations(results: Sequence[CalibrationResult]) -> str:
    """The section on calibrations."""
    lines = [
        "## Calibrations",
        "",
        "Unit variance of every layer, by isometry in one forward and by the package `lsuv`, from",
        "the same weights and without making them orthogonal first: seconds, forwards of the",
        "model, and the largest distance of a layer's std from 1 afterwards. `lsuv` stops within",
        "0.1, and visits layers as they are registered, which in residual nets is not as they run.",
        "",
        _row(["model", "layers", "isometry", "lsuv", "ratio", "forwards", "furthest"]),
        "|:--|--:|--:|--:|--:|--:|--:|",
    ]
    return "\n".join([*lines, *(_row(_calibration_cells(result)) for result in results), ""])


def _calibration_cells(result: CalibrationResult) -> list[str]:
    both = ("isometry", "lsuv")
    medians = [f"{result.timings[name].median:.2f}" for name in both]
    forwards = " and ".join(str(result.forwards[name]) for name in both)
    furthest = " and ".join(f"{result.furthest[name]:.2g}" for name in both)
    return [
        result.model,
        str(result.layers),
        *medians,
        f"**{result.ratio():.1f}×**",
        forwards,
        furthest,
    ]


def monitors(results: Sequence[MonitorResult]) -> str:
    """The section on monitors."""
    lines = [
        "## Watching a run",
        "",
        "Part of the time of training that `isometry.Monitor` takes with `every=100`, told from",
        "steps that are all captured beside plain ones of the same run. A capture has a fixed cost",
        "of a few milliseconds, which steps as short as that show.",
        "",
        _row(["model", "milliseconds of a step", "live", "with a probe"]),
        "|:--|--:|--:|--:|",
    ]
    return "\n".join([*lines, *(_row(_monitor_cells(result)) for result in results), ""])


def _monitor_cells(result: MonitorResult) -> list[str]:
    shares = [f"**{result.share(mode):.2%}**" for mode in ("live", "probe")]
    return [result.name, f"{1000 * result.step:.2f}", *shares]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
