import math
from dataclasses import replace

import pytest

from isometry.findings.training import run_findings
from isometry.measurements import Capture, LayerCapture


def run(*, updates: float = 1e-3, dead: tuple[int, ...] = (0, 0, 0)) -> list[Capture]:
    return [
        Capture(
            step,
            1.0,
            (LayerCapture("w", weight_norm=1.0, update_norm=updates, units=20, dead=count),),
        )
        for step, count in enumerate(dead)
    ]


def codes(history: list[Capture]) -> list[tuple[str, str]]:
    return [(one.code, one.severity) for one in run_findings(history)]


@pytest.mark.parametrize("updates", [1.1e-4, 1e-3, 0.99e-2])
def test_a_healthy_run_has_no_finding(updates: float) -> None:
    assert codes(run(updates=updates)) == []


@pytest.mark.parametrize(
    ("updates", "severity"),
    [(0.9e-4, "warning"), (1.1e-2, "warning"), (0.11, "error")],
)
def test_the_size_of_updates_is_judged(updates: float, severity: str) -> None:
    assert codes(run(updates=updates)) == [("ISO701", severity)]


def test_one_large_step_is_no_finding() -> None:
    assert codes([*run(dead=(0, 0)), *run(updates=1.0, dead=(0,))]) == []


def test_few_captures_are_not_judged() -> None:
    assert codes(run(updates=1.0, dead=(0, 0))) == []


@pytest.mark.parametrize(
    ("dead", "expected"),
    [
        ((0, 1, 2), []),
        ((8, 8, 8), []),
        ((0, 1, 3), [("ISO702", "warning")]),
        ((0, 5, 11), [("ISO702", "error")]),
    ],
)
def test_a_rise_of_dead_units_is_found(
    dead: tuple[int, ...], expected: list[tuple[str, str]]
) -> None:
    assert codes(run(dead=dead)) == expected


def ending(loss: float, *, updates: float = 1e-3) -> list[Capture]:
    """A healthy run whose last capture has another loss."""
    *before, last = run(dead=(0, 0, 0, 0))
    layers = tuple(replace(one, update_norm=updates) for one in last.layers)
    return [*before, replace(last, loss=loss, layers=layers)]


@pytest.mark.parametrize("history", [ending(math.inf), ending(math.nan, updates=math.nan)])
def test_a_loss_that_is_lost_is_found(history: list[Capture]) -> None:
    (found,) = run_findings(history)
    assert (found.code, found.severity, found.evidence) == (
        "ISO703",
        "error",
        (("first such step", 3),),
    )


def test_the_first_step_without_a_loss_is_told() -> None:
    again = [replace(one, step=one.step + 4) for one in ending(math.inf)]
    lost = [replace(one, loss=math.inf) for one in again]
    assert "From step 4 on" in run_findings([*run(), *lost])[0].message


@pytest.mark.parametrize(
    "history", [ending(math.nan), [*ending(math.inf), Capture(9, 1.0, ())], ending(1e30)]
)
def test_a_loss_that_is_not_told_or_comes_back_is_no_finding(history: list[Capture]) -> None:
    assert "ISO703" not in [one.code for one in run_findings(history)]


def test_weights_that_never_moved_are_not_lost() -> None:
    still = Capture(0, math.nan, (LayerCapture("w", weight_norm=1.0),))
    assert run_findings([replace(still, step=step) for step in range(4)]) == ()
