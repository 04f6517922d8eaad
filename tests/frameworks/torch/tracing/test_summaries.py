"""What is read off constants, by hand on small ones."""

import math

import pytest
import torch

from isometry.frameworks.torch.tracing import summaries


def test_levels_of_a_table_are_those_of_its_rows() -> None:
    known = dict(summaries.levels(torch.tensor([[1.0, 2.0], [3.0, 4.0]])))
    assert known == pytest.approx({"mean": 2.5, "square": 7.5, "again": 5.5, "spread": 0.25})


@pytest.mark.parametrize("hidden", [-3e38, -math.inf])
def test_what_hides_a_score_does_not_count_among_levels(hidden: float) -> None:
    mask = torch.tensor([[1.0, hidden], [3.0, 5.0]])
    known = dict(summaries.levels(mask))
    assert known == pytest.approx({"mean": 3.0, "square": 35 / 3, "again": 3.0, "spread": 2 / 3})


def test_a_mask_that_hides_all_has_no_levels() -> None:
    assert not dict(summaries.levels(torch.full((2, 2), -math.inf)))


def test_the_share_of_padding_is_counted() -> None:
    index = torch.tensor([[0, 1, 2, 0]])
    assert dict(summaries.padding(index, 0)) == {"padding": 0.5}
    assert not dict(summaries.padding(index, None))


def test_coincidences_tell_which_rows_are_met() -> None:
    known = dict(summaries.coincidences(torch.tensor([[3, 5], [3, 7]])))
    assert known == {"across": 0.5, "again": 0.0, "first": 3, "last": 7}
