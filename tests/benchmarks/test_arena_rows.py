"""Results survive whatever happens to the process that writes them."""

from pathlib import Path

import pytest

from benchmarks.arena import rows
from benchmarks.arena.cells import Cell, cell
from tests.benchmarks.results import RELU, run

DONE = run(RELU, 1e-3, 0, 25)
FULL = rows.Row(
    RELU, 1e-3, 1, None, 0.5, 0.1, "error", 1.5, 0.5, curve=(10, 50), error="ValueError: no"
)


def test_a_key_names_its_cell() -> None:
    assert RELU.key == "digits/mlp/relu/30/auto/adam"
    assert cell(RELU.key) == RELU


@pytest.mark.parametrize("row", [DONE, FULL], ids=["short", "full"])
def test_a_line_tells_its_run(row: rows.Row) -> None:
    assert rows.row(row.line) == row


def test_a_line_is_short() -> None:
    assert DONE.line == (
        '{"k":"digits/mlp/relu/30/auto/adam","r":0.001,"s":0,"n":25,"a":0.96,"l":0.1,'
        '"w":"target","t":0.0,"i":0.0}'
    )


def test_what_was_appended_is_read(tmp_path: Path) -> None:
    rows.append(tmp_path, DONE)
    rows.append(tmp_path, FULL)
    assert rows.read(tmp_path) == [DONE, FULL]


def test_each_start_has_its_file(tmp_path: Path) -> None:
    rows.append(tmp_path, DONE)
    rows.append(tmp_path, run(RELU.under("he"), 1e-3, 0, 25))
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["digits-mlp-auto.jsonl", "digits-mlp-he.jsonl"]


def test_no_folder_has_no_runs(tmp_path: Path) -> None:
    assert rows.read(tmp_path / "nothing") == []


@pytest.mark.parametrize("kept", [1, 30, len(DONE.line) - 1])
def test_a_torn_line_does_not_count_and_harms_no_other(tmp_path: Path, kept: int) -> None:
    rows.append(tmp_path, DONE)
    with (tmp_path / RELU.file).open("a", encoding="utf-8") as file:
        file.write(FULL.line[:kept])
    assert rows.read(tmp_path) == [DONE]
    rows.append(tmp_path, FULL)
    assert rows.read(tmp_path) == [DONE, FULL]


def test_of_one_run_told_twice_the_later_counts(tmp_path: Path) -> None:
    later = run(RELU, 1e-3, 0, 30)
    rows.append(tmp_path, DONE)
    rows.append(tmp_path, later)
    assert rows.read(tmp_path) == [later]


def test_cells_of_one_question_share_all_but_the_start() -> None:
    assert RELU.question == RELU.under("he").question
    assert RELU.question != Cell("digits", "mlp", "relu", 100, "auto").question


def test_a_folder_is_written_by_one_arena_at_a_time(tmp_path: Path) -> None:
    with (
        rows.held(tmp_path),
        pytest.raises(BlockingIOError) as caught,
        rows.held(tmp_path),
    ):
        pass
    assert str(caught.value) == (
        f"{tmp_path}: found another arena that writes there; needed a folder of its own, or they "
        "would play the same runs; wait for it, or give another --results"
    )
    with rows.held(tmp_path):
        rows.append(tmp_path, DONE)
    assert rows.read(tmp_path) == [DONE]
