import pytest

from tests.architecture.rules import names, tree

FILES = [tree.name(path) for path in tree.text_files()]
TEST_FOLDERS = {path.name for path in (tree.ROOT / "tests").iterdir() if path.is_dir()}
SOURCE_NAMES = {path.stem.strip("_") for path in tree.SOURCE.iterdir()}
# Folders of tests that look at the whole instead of one package.
WHOLE = {
    "__pycache__",
    "architecture",
    "parity",
    "docs",
    "tools",
    "benchmarks",
    "examples",
    "data",
    "zoo",
}


@pytest.mark.parametrize("path", FILES)
def test_names_say_what_lives_there(path: str) -> None:
    assert names.vague_names(path) == []


def test_tests_mirror_the_source() -> None:
    assert names.without_counterpart(TEST_FOLDERS, source=SOURCE_NAMES, extra=WHOLE) == []


def test_a_vague_name_is_found() -> None:
    found = names.vague_names("src/isometry/rng/word_utils.py")
    assert found == ["word_utils in src/isometry/rng/word_utils.py"]


def test_a_vague_folder_is_found() -> None:
    assert names.vague_names("src/common/fans.py") == ["common in src/common/fans.py"]


def test_tests_of_nothing_are_found() -> None:
    assert names.without_counterpart({"rng", "rgn"}, source={"rng"}, extra=set()) == ["rgn"]
