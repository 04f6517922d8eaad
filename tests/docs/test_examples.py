"""Every Python block of the README and the documentation runs, page by page, top to bottom."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# Folders with an underscore hold what is generated.
WRITTEN = sorted(page for page in DOCS.rglob("*.md") if "/_" not in page.as_posix())
PAGES = [ROOT / "README.md", *WRITTEN]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)

# Lightning's own use of torch's trees, and its advice about the speed of data.
TRAINERS = [
    pytest.mark.filterwarnings(r"ignore:`isinstance\(treespec, LeafSpec\)`:FutureWarning"),
    pytest.mark.filterwarnings("ignore:The 'train_dataloader' does not have many workers"),
]
pytestmark = TRAINERS


def blocks(text: str) -> list[str]:
    """The Python blocks of a page, in order."""
    return BLOCK.findall(text)


def run(code: list[str], name: str) -> None:
    """Run blocks in one namespace; those with prompts are compared with what they show."""
    names: dict[str, object] = {}
    for number, block in enumerate(code, 1):
        title = f"{name}, block {number}"
        parsed = doctest.DocTestParser().get_doctest(block, names, title, None, None)
        if parsed.examples:
            runner = doctest.DebugRunner(optionflags=doctest.ELLIPSIS)
            runner.run(parsed, clear_globs=False)
            names.update(parsed.globs)
        else:
            exec(compile(block, title, "exec"), names)


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if blocks(page.read_text(encoding="utf-8"))],
    ids=lambda page: page.relative_to(ROOT).as_posix(),
)
def test_the_examples_of_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder that holds nothing, so that a page may write files."""
    monkeypatch.chdir(tmp_path)
    run(blocks(page.read_text(encoding="utf-8")), page.name)


def test_a_wrong_result_is_found() -> None:
    with pytest.raises(doctest.DocTestFailure):
        run(blocks("```python\n>>> 1 + 1\n3\n```\n"), "page")


def test_a_broken_example_is_found() -> None:
    with pytest.raises(ZeroDivisionError):
        run(blocks("```python\nx = 0\n```\nand\n```python\n1 / x\n```\n"), "page")
