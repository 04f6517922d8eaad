"""How paths and numbers read."""

import pytest

from isometry.reports import wording


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (["w"], "w"),
        (["h.0.w", "h.1.w", "h.2.w"], "h.{0..2}.w"),
        (["h.0.w", "h.2.w"], "h.{0,2}.w"),
        (["h.2.w", "h.10.w"], "h.{2,10}.w"),
        ([f"h.{2 * i}.w" for i in range(9)], "h.{0…16}.w"),
        (["a.0.b.0.w", "a.0.b.1.w", "a.1.b.0.w"], "a.{0..1}.b.{0..1}.w"),
    ],
)
def test_paths_alike_read_as_one(paths: list[str], words: str) -> None:
    assert wording.ranged(paths) == words


def test_named_segments_are_not_collapsed() -> None:
    assert wording.collapsed("conv1.2.weight") == "conv1.#.weight"
