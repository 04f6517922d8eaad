"""Claims are decided by runs, and can be lost."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from benchmarks.arena import claims, slices
from benchmarks.arena.cells import OURS, Cell
from benchmarks.arena.rows import Row
from benchmarks.arena.standings import Board, board
from benchmarks.arena.verdicts import Answer, Case, Claim, within
from tests.benchmarks.results import RELU, at, played

ALL = slices.cells("claims")


def results(lost: dict[Cell, int | None] | None = None) -> Board:
    """A world in which every claim holds, but for the cells that are given."""
    rows: list[Row] = []
    for cell in ALL:
        rows += played(cell, (lost or {}).get(cell, ideal(cell)), best=0.3)
    return board(rows)


def ideal(cell: Cell) -> int | None:
    if cell.recipe == OURS:
        return 20
    return None if cell.net == "transformer" else 100


def verdicts(standings: Board) -> list[str]:
    return [claim.verdict for claim in claims.claims(standings)]


def test_all_claims_can_be_borne_out() -> None:
    assert verdicts(results()) == ["borne out"] * 8


def test_nothing_is_claimed_of_what_was_not_run() -> None:
    assert verdicts({}) == ["not run"] * 8


def test_a_rival_that_was_not_run_leaves_its_net_open() -> None:
    whole = results()
    missing = {cell: one for cell, one in whole.items() if cell != RELU.under("he")}
    half = claims.half(missing)
    assert half.verdict == "not run"
    assert [case.net for case in half.those("not run")] == ["mlp relu 30"]


def deep(activation: str) -> Cell:
    return Cell("digits", "mlp", activation, 100, OURS)


def transformer(depth: int, recipe: str = OURS) -> Cell:
    return Cell("digits", "transformer", "gelu", depth, recipe)


def _lost() -> Iterator[tuple[str, dict[Cell, int | None], int]]:
    yield "one activation at 100", {deep("gelu"): None}, 0
    names = ("relu", "gelu", "tanh")
    yield "three at 30", {replace(RELU, activation=name): 80 for name in names}, 1
    yield "one at 3", {replace(RELU, depth=3): 150}, 2
    yield "one net of kernels", {Cell("digits", "cnn", "relu", 100, OURS): None}, 3
    yield "one at 1000", {replace(RELU, depth=1000): None}, 4
    yield "one window", {deep("tanh"): None}, 5
    yield "one window of the quickest", {deep("tanh"): None}, 6
    yield "one transformer", {transformer(24): None}, 7


@pytest.mark.parametrize(("lost", "index"), [(one[1], one[2]) for one in _lost()])
def test_each_claim_can_be_lost(lost: dict[Cell, int | None], index: int) -> None:
    assert verdicts(results(lost))[index] == "not borne out"


def test_a_transformer_that_trains_anyway_says_nothing() -> None:
    claim = claims.transformers(results({transformer(24, "torch"): 100}))
    assert [case.net for case in claim.cases] == ["transformer gelu 96"]


def test_a_transformer_must_train_where_the_default_does() -> None:
    ours, default = transformer(24), transformer(24, "torch")
    more = at(ours, {1e-4: (9, 9, 9), 3e-4: (9, 9, 9)})
    whole = {**results(), **board([*more, *at(default, {1e-3: (9, 9, 9)})])}
    assert claims.transformers(whole).those("no") == (
        Case("transformer gelu 24", "no", "auto: 0.0001, 0.0003; torch: 0.001"),
    )


def test_two_of_eleven_may_need_more_than_half() -> None:
    lost: dict[Cell, int | None] = {replace(RELU, activation=name): 80 for name in ("relu", "gelu")}
    assert claims.half(results(lost)).verdict == "borne out"


def test_the_failing_nets_are_listed() -> None:
    claim = claims.deep(results({deep("gelu"): None}))
    assert claim.those("no") == (Case("mlp gelu 100", "no", "auto: not reached, at best 30.0%"),)


def test_a_window_that_no_rival_has_is_not_asked_for() -> None:
    rivals: dict[Cell, int | None] = {
        cell: None for cell in ALL if cell.question == RELU.question and cell.recipe != OURS
    }
    before = len(claims.windows(results(), "widest").cases)
    assert len(claims.windows(results(rivals), "widest").cases) == before - 1


def test_the_widest_rival_need_not_be_the_quickest() -> None:
    he = RELU.under("he")
    ours = at(RELU, {1e-3: (10,) * 5, 3e-3: (10,) * 5})
    whole = {**results(), **board([*ours, *at(he, {1e-3: (11,) * 5})])}
    quickest = claims.windows(whole, "quickest")
    assert "mlp relu 30" not in [case.net for case in quickest.those("no")]
    widest = claims.windows(whole, "widest")
    assert "mlp relu 30" in [case.net for case in widest.those("no")]


@pytest.mark.parametrize(
    ("ours", "rival", "answer"),
    [
        ((10, 11, 12), (30, 31, 32), "yes"),
        ((20, 21, 22), (30, 31, 32), "no"),
        ((14, 15, 16), (30, 31, 32), "not conclusive"),
        ((10, 11, 12), (None, None, None), "yes"),
        ((None, None, None), (30, 31, 32), "no"),
        ((None, None, None), (None, None, None), "not conclusive"),
    ],
)
def test_half_the_steps_is_yes_no_or_open(
    ours: tuple[int | None, ...], rival: tuple[int | None, ...], answer: Answer
) -> None:
    he = RELU.under("he")
    found = board([*at(RELU, {1e-3: ours}), *at(he, {1e-3: rival})])
    assert within(found[RELU], found[he], 0.5) == answer


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ("yyy", "borne out"),
        ("yyn", "borne out"),
        ("y?n", "not conclusive"),
        ("ynn", "not borne out"),
        ("yy ", "not run"),
        ("", "not run"),
    ],
)
def test_a_verdict_counts_its_cases(answers: str, verdict: str) -> None:
    words: dict[str, Answer] = {"y": "yes", "n": "no", "?": "not conclusive", " ": "not run"}
    cases = tuple(Case("net", words[letter]) for letter in answers)
    assert Claim("It holds.", cases, needed=2, rule="two of three").verdict == verdict
