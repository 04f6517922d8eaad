"""The page of the documentation shows every line that is tested, and none that fails."""

from pathlib import Path

import pytest

from tests.parity import disagreements, test_layers, test_names
from tests.parity.measuring import Fixed, Row

PAGE = Path(__file__).parents[2] / "docs" / "parity.md"
LINES = (*test_names.ROWS, *test_names.FIXED, *test_layers.ROWS, *test_layers.FIXED)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.theirs)
def test_every_line_is_on_the_page(line: Row | Fixed) -> None:
    assert f"| `{line.theirs}` |" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("row", disagreements.DISAGREEMENTS, ids=lambda row: row.subject)
def test_every_disagreement_is_on_the_page(row: disagreements.Disagreement) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"| {row.subject} | {row.torch} | {row.keras} | {row.jax} | {row.ours} |" in page


def test_no_line_of_the_page_fails() -> None:
    assert "**no**" not in PAGE.read_text(encoding="utf-8")
