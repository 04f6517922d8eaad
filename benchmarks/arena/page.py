"""docs/arena.md and its pictures, from the results alone."""

from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.arena import claims, plots, prose, starts, tables
from benchmarks.arena.rows import Row
from benchmarks.arena.standings import Board, board
from benchmarks.arena.verdicts import Answer, Case, Claim

ANSWERS: tuple[Answer, ...] = ("no", "not conclusive", "not run", "yes")
PACKAGES = ("torch", "scikit-learn", "lsuv", "anyinit", "gradinit")


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write the page, and its pictures into a folder of its name beside it.

    Args:
        path: Where the page goes.
        rows: All runs.
    """
    standings = board(rows)
    folder = path.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in plots.plots(standings).items():
        (folder / name).write_text(picture, encoding="utf-8")
    path.write_text(page(rows, standings), encoding="utf-8")


def page(rows: Sequence[Row], standings: Board) -> str:
    """The whole text."""
    parts = [
        prose.INTRODUCTION,
        *_claims(claims.claims(standings)),
        prose.PICTURES,
        prose.METHOD.format(steps=starts.GRADINIT_STEPS, rate=starts.GRADINIT_RATE),
        _scope(rows, standings),
        prose.LEGEND,
        *tables.tables(standings),
        *_errors(standings),
    ]
    return "\n".join(parts) + "\n"


def _claims(found: Sequence[Claim]) -> Iterable[str]:
    yield "## What was claimed, and what the runs say\n"
    yield tables.row(["claim", "verdict", *ANSWERS])
    yield "|:--|:--|--:|--:|--:|--:|"
    for claim in found:
        counts = [str(claim.count(answer)) for answer in ANSWERS]
        yield tables.row([claim.sentence, f"**{claim.verdict}**", *counts])
    yield ""
    for claim in found:
        yield from _detail(claim)


def _detail(claim: Claim) -> Iterable[str]:
    yield f"**{claim.sentence}** {claim.verdict.capitalize()}.\n"
    yield f"Rule of a case: {claim.rule}. Needed: {claim.needed} of {len(claim.cases)}.\n"
    for answer in ANSWERS:
        yield from _cases(answer, claim.those(answer))
    yield ""


def _cases(answer: str, cases: Sequence[Case]) -> Iterable[str]:
    if cases:
        told = "; ".join(f"{case.net} ({case.words})" if case.words else case.net for case in cases)
        yield f"- {answer}: {told}"


def _scope(rows: Sequence[Row], standings: Board) -> str:
    hours = sum(row.seconds for row in rows) / 3600
    ran = sum(row.reason not in ("skipped", "error") for row in rows)
    whole = sum(one.complete for one in standings.values())
    packages = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return (
        f"{ran:,} runs in {whole:,} complete cells of {len(standings):,}, {hours:.1f} hours of one "
        f"core in training; {packages}.\n"
    )


def _errors(standings: Board) -> Iterable[str]:
    found: dict[tuple[str, str], list[str]] = {}
    for one in standings.values():
        if one.error:
            found.setdefault((one.cell.recipe, one.error), []).append(one.cell.key)
    if found:
        yield "## Starts that failed\n"
    for (recipe, error), keys in sorted(found.items()):
        yield f"- `{recipe}`, in {len(keys)} cells (the first: `{keys[0]}`): {error}"


def _version(package: str) -> str:
    """The version of a rival that is installed here; a page can be made without any."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed here)"
