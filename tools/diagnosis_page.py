"""Diagnose good and bad starts and write docs/diagnosis.md.

Run it when a rule, a threshold or the zoo changes: ``python tools/diagnosis_page.py``. It takes
some minutes. What the rivals said is read from tests/findings/rivals.json, which
``tools/diagnosis_rivals.py`` writes, and the calibration from tests/findings/drift.json, which
``tools/drift_calibration.py`` writes; neither is needed to run this.
"""

import ast
import itertools
import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import isometry as iso  # noqa: E402 - the repository's tests hold the models
from isometry import findings  # noqa: E402 - as above
from tests.findings.bad import BAD  # noqa: E402 - as above
from tests.findings.case import Case, codes  # noqa: E402 - as above
from tests.findings.good import GOOD, OWN  # noqa: E402 - as above

PAGE = ROOT / "docs" / "diagnosis.md"
DATA = ROOT / "tests" / "findings"
THRESHOLDS = ROOT / "src" / "isometry" / "findings" / "thresholds.py"


@dataclass(frozen=True, slots=True)
class Row:
    """What was said of one start, and whether its mend made the next diagnosis clean."""

    case: Case
    found: findings.Diagnosis
    mended: str


def measured(cases: Sequence[Case]) -> Iterator[Row]:
    """Diagnose every case, and mend those that can be."""
    for case in cases:
        model = case.build()
        found = case.diagnosed(model)
        mended = "no recipe does" if found.count("error") + found.count("warning") else ""
        if case.says and case.mends and not found.ok:
            iso.apply(found.mend(), model, seed=0)
            mended = "clean" if case.diagnosed(model).ok else "not clean"
        print(case.name, codes(found, "error", "warning"), mended, flush=True)
        yield Row(case, found, mended)


def rules() -> str:
    """The rules as a table."""
    rows = (f"| {one.code} | `{one.name}` | {one.summary} |" for one in findings.RULES)
    return "\n".join(rows)


def thresholds() -> str:
    """The constants of the module of thresholds, each with the sentence that follows it."""
    body = ast.parse(THRESHOLDS.read_text()).body
    rows = []
    for one, after in itertools.pairwise(body):
        if isinstance(one, ast.Assign) and isinstance(after, ast.Expr):
            name, text = ast.unparse(one.targets[0]), ast.literal_eval(after.value)
            value = ast.unparse(one.value)
            words = " ".join(text.split()).replace("``", "`").replace("|", "\\|")
            rows.append(f"| `{name}` | {value} | {words} |")
    return "\n".join(rows)


def bad_rows(rows: Sequence[Row]) -> str:
    """Each bad start: what came first, what else, and the mend."""
    lines = []
    for row in rows:
        first, *others = codes(row.found, "error", "warning") or ["nothing"]
        rest = ", ".join(others)
        lines.append(f"| {row.case.name} | {first} | {rest} | {row.mended} |")
    return "\n".join(lines)


def confusion(bad: Sequence[Row], good: Sequence[Row]) -> str:
    """How many of each kind were called what."""
    lines = []
    for name, rows in (("bad starts", bad), ("good starts", good)):
        errors = sum(row.found.count("error") > 0 for row in rows)
        clean = sum(row.found.ok for row in rows)
        lines.append(f"| {len(rows)} {name} | {errors} | {len(rows) - errors - clean} | {clean} |")
    return "\n".join(lines)


def warned(rows: Sequence[Row]) -> str:
    """The good starts with a warning, and why it is right."""
    lines = (
        f"| {row.case.name} | {', '.join(codes(row.found, 'error', 'warning'))} | {row.case.why} |"
        for row in rows
        if not row.found.ok
    )
    return "\n".join(lines)


def noted(rows: Sequence[Row]) -> str:
    """How many good starts have a note, by code."""
    found: dict[str, int] = {}
    for row in rows:
        for code in dict.fromkeys(codes(row.found, "note")):
            found[code] = found.get(code, 0) + 1
    return ", ".join(f"{code} at {count}" for code, count in sorted(found.items())) or "none"


def drifts() -> str:
    """What training says of a drift, optimizer by optimizer."""
    held = json.loads((DATA / "drift.json").read_text())
    head = " | ".join(f"{one:+g}" for one in held["decades"])
    lines = [f"| optimizer | layers | {head} |", "|---|---|" + "---|" * len(held["decades"])]
    for row in held["rows"]:
        losses = " | ".join(f"{loss:.2f}" for loss in row["losses"])
        lines.append(f"| {row['optimizer']} | {row['depth']} | {losses} |")
    return "\n".join(lines)


def rivals(bad: Sequence[Row], said: dict[str, Any]) -> str:
    """What torchlens and AnyInit say of the bad starts, beside ours."""
    lines = []
    for row in bad:
        ours = ", ".join(codes(row.found, "error", "warning"))
        theirs = said["bad"][row.case.name]
        anyinit, after = theirs["anyinit"]
        lines.append(
            f"| {row.case.name} | {ours} | {plain(theirs['torchlens'])} | {plain(anyinit)} | "
            f"{after} |"
        )
    return "\n".join(lines)


def plain(text: str) -> str:
    """A message as the cell of a table."""
    return text.replace("|", "/").replace("`", "'")


def alarms(said: dict[str, Any], *, constant: bool) -> int:
    """Of how many good starts torchlens has something to say, constant tensors counted or not."""
    told = (
        [one for one in text.split("; ") if constant or "param_all_same" not in one]
        for text in said["good"].values()
    )
    return sum(bool(one) and one != ["nothing"] for one in told)


def page(bad: Sequence[Row], good: Sequence[Row]) -> str:
    """The whole page."""
    said = json.loads((DATA / "rivals.json").read_text())
    return TEXT.format(
        rules=rules(),
        thresholds=thresholds(),
        confusion=confusion(bad, good),
        bad=bad_rows(bad),
        own=len(OWN),
        small=len(GOOD) - len(OWN),
        warned=warned(good),
        noted=noted(good),
        drifts=drifts(),
        versions=", ".join(f"{name} {version}" for name, version in said["versions"].items()),
        rivals=rivals(bad, said),
        alarms=alarms(said, constant=True),
        others=alarms(said, constant=False),
        asked=len(said["good"]),
    )


TEXT = """# The diagnosis, measured

`isometry.diagnose(model, batch, loss)` runs one forward and one backward, changes nothing, and says
what is wrong, why, and how to mend it. Here its rules are held to starts that are known to be bad
and to starts that are known to train well.

| | called an error | warned of | called fine |
|---|---|---|---|
{confusion}

## Bad starts

The first finding is the one that the verdict names: causes, such as a weight of zeros, come before
the symptoms that they have. "Mend" applies `diagnosis.mend()` and diagnoses again; "no recipe does"
where the fault is in the forward's own code or in a dtype.

| start | first | also | after the mend |
|---|---|---|---|
{bad}

## Good starts

{own} models of true architecture and reduced size under the starts that they are trained from, our
own starts of deep nets among them, and {small} small models of every kind in batches of two. None
is called an error. These are warned of, and the warning is right:

| start | warning | why it is right |
|---|---|---|
{warned}

Notes are no complaints: {noted}.

## Rules

| code | name | what it looks for |
|---|---|---|
{rules}

`isometry.findings.rule("ISO101").why` says why it is bad, where it comes from and how it is
measured.

## Thresholds

| name | value | meaning |
|---|---|---|
{thresholds}

Sizes are compared along *courses*: weights that follow each other, or the sums of a residual
stream. The model's outputs, what happens inside the branches of a stream, and gradients where a
value has a second reader are left out, because depth does not multiply them.

The thresholds of a drift are what training says. ReLU nets are started with He's weights times a
factor, so that the signal and the gradient change by so many decades from the first layer to the
last; below is the loss after 200 steps, at the best of several learning rates, mean of two seeds:

{drifts}

At sixteen layers under SGD a decade doubles the loss, and one and a half triple it. Adam, which
divides sizes out of gradients, bears that much shrinking and suffers from that much growth. Two
seeds are few: neighbours in a row of eight layers differ by a factor of two by chance.

## Beside others

What torchlens (its audit of gradient flow with the scale stated, dead units, dtype ranges and
parameters, at its own thresholds; half of a layer's units dead is counted, since it states no
limit) and AnyInit (`assert_healthy` of its report) say of the same starts. AnyInit looks at no
start: it makes its own and reports on that, so that the last column tells what we say of what it
made. torchlens says where a number is out of an absolute range, and names neither initialization
nor mend. It has something to say of {alarms} of the {asked} good starts of true architecture, of
{others} where constant tensors, such as the ones of norms, are left out.

Versions: {versions}.

| start | isometry | torchlens | AnyInit | isometry of AnyInit's start |
|---|---|---|---|---|
{rivals}

Written by `tools/diagnosis_page.py`; `tools/diagnosis_rivals.py` asks the others and
`tools/drift_calibration.py` trains.
"""


def main() -> None:
    """Diagnose all and write the page."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    bad, good = list(measured(BAD)), list(measured(GOOD))
    PAGE.write_text(page(bad, good))


if __name__ == "__main__":
    main()
