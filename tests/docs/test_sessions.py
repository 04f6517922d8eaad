"""Every command line that a page shows with its output runs, and shows that output."""

import doctest
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from isometry import _cli
from tests.docs.test_examples import PAGES, ROOT, TRAINERS, blocks, run

pytestmark = TRAINERS  # a page's blocks run here, too

SESSION = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
STATUS = "echo $?"
HISTORY = ".jsonl"

Captured = pytest.CaptureFixture[str]


def commands(text: str) -> list[tuple[str, str]]:
    """The commands of a page's sessions, each with what it should print."""
    parts = [part for block in SESSION.findall(text) for part in block.split("$ ", 1)[1:]]
    lines = [one for part in parts for one in re.split(r"^\$ ", part, flags=re.MULTILINE)]
    return [(head, want) for head, _, want in (one.partition("\n") for one in lines)]


def differences(text: str, capsys: Captured) -> Iterator[str]:
    """What the commands print that the page does not show."""
    code, checker = 0, doctest.OutputChecker()
    for command, want in commands(text):
        if command == STATUS:
            got = f"{code}\n"
        else:
            name, *arguments = shlex.split(command)
            assert name == "isometry"
            code = _cli.run(arguments)
            got = capsys.readouterr().out
        if not checker.check_output(want, got, FLAGS):
            yield f"$ {command}\n{got}"


def written(text: str) -> list[str]:
    """The blocks of a page whose sessions read what they write."""
    return blocks(text) if HISTORY in "".join(SESSION.findall(text)) else []


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if SESSION.search(page.read_text(encoding="utf-8"))],
    ids=lambda page: page.relative_to(ROOT).as_posix(),
)
def test_the_sessions_of_a_page_run(
    page: Path, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder that holds the page's first block of Python, and what its blocks have written."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    (tmp_path / "nets.py").write_text(blocks(text)[0], encoding="utf-8")
    run(written(text), page.name)
    capsys.readouterr()
    assert list(differences(text, capsys)) == []


@pytest.mark.parametrize(
    ("session", "count"),
    [
        ("$ isometry version\nisometry ...\n$ echo $?\n0\n", 0),
        ("$ isometry version\nisometry\n", 1),
        ("$ isometry version\nisometry ...\n$ echo $?\n1\n", 1),
        ("$ isometry explain ISO999\n$ echo $?\n0\n", 1),
    ],
)
def test_a_wrong_session_is_found(session: str, count: int, capsys: Captured) -> None:
    assert len(list(differences(f"```console\n{session}```\n", capsys))) == count
