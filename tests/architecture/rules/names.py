"""A reader knows from a file's name what lives there."""

from pathlib import PurePosixPath

VAGUE = frozenset({"common", "helper", "helpers", "misc", "util", "utils", "stuff", "various"})


def vague_names(path: str) -> list[str]:
    """The parts of a path that say nothing."""
    parts = PurePosixPath(path).with_suffix("").parts
    words = {word: part for part in parts for word in part.strip("_").split("_")}
    return [f"{part} in {path}" for word, part in words.items() if word in VAGUE]


def without_counterpart(test_folders: set[str], *, source: set[str], extra: set[str]) -> list[str]:
    """The folders of tests that mirror nothing in the source."""
    return sorted(test_folders - source - extra)
