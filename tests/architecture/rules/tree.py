"""The files of this project."""

from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "src" / "isometry"
CODE = ("src", "tests", "tools", "examples", "benchmarks")
TEXT_SUFFIXES = {".cff", ".css", ".html", ".jinja", ".json", ".md", ".py", ".rst", ".toml", ".txt"}
GENERATED = {"_build", "_generated", "__pycache__"}


def python_files(*folders: str) -> list[Path]:
    """All Python files below some folders of the project, sorted."""
    return _files(folders, suffixes={".py"})


def text_files() -> list[Path]:
    """Every file of the project that a person reads, sorted."""
    top = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXT_SUFFIXES]
    below = _files((*CODE, "docs", "changes", ".ci"), suffixes=TEXT_SUFFIXES | {""})
    return sorted([*top, ROOT / "Makefile", *below])


def name(path: Path) -> str:
    """A file's address below the project's root, for messages and test ids."""
    return path.relative_to(ROOT).as_posix()


def _files(folders: Iterable[str], *, suffixes: set[str]) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    return sorted(
        path
        for path in found
        if path.is_file() and path.suffix in suffixes and not GENERATED & set(path.parts)
    )
