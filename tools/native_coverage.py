"""Write ``docs/native-coverage.md``: ``native`` against the models' own initialization.

    python tools/native_coverage.py

Every architecture of ``tests/frameworks/torch/native/architectures.py`` is built from a small
configuration under several seeds of torch's generator, and compared tensor by tensor with the plan
that ``native`` recorded. The exit code is 1 if one of them differs.
"""

import importlib.metadata
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "native-coverage.md"
SEEDS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One architecture's outcome.

    Attributes:
        cells: The table's cells but the verdict.
        tensors: How many parameters and buffers were compared.
        problems: What differs, tensor by tensor.
    """

    cells: tuple[str, ...]
    tensors: int
    problems: tuple[str, ...]


def main() -> None:
    """Compare all, write the page, and say what differs."""
    sys.path.insert(0, str(ROOT))
    warnings.simplefilter("ignore")
    rows = list(_rows())
    part = PAGE.with_suffix(".part")
    part.write_text(_page(rows), encoding="utf-8")
    part.replace(PAGE)
    wrong = [row for row in rows if row.problems]
    for row in wrong:
        print(row.cells[0], *row.problems, sep="\n  ")
    print(f"{len(rows) - len(wrong)} of {len(rows)} architectures equal")
    sys.exit(bool(wrong))


def _rows() -> Iterator[Row]:
    from isometry.frameworks.torch.native import native  # noqa: PLC0415 - needs the path above
    from tests.frameworks.torch.native import architectures, parity  # noqa: PLC0415 - needs the path above

    for one in sorted(architectures.ARCHITECTURES, key=lambda one: (one.kind, one.name)):
        plan = native(one.build)
        verdicts = parity.verdicts(plan, one.build, seeds=SEEDS)
        problems = tuple(f"{v.path}: {v.problem}" for v in verdicts if v.problem)
        kinds = Counter(a.parameter.kind for a in plan)
        families = Counter(a.scheme.name for a in plan if a.scheme is not None)
        weights = sum(a.parameter.size for a in plan if a.parameter.kind == "parameter")
        listed = ", ".join(f"{count} {name}" for name, count in families.most_common())
        cells = (one.name, one.kind, f"`{one.model}`", str(kinds["parameter"]))
        yield Row((*cells, str(kinds["buffer"]), f"{weights:,}", listed), len(plan), problems)


TEXT = """# What `native` covers

<!-- Written by tools/native_coverage.py; do not edit. -->

`native` runs a model's own construction without memory for weights and records what it does to
every tensor. This page compares that record with what the model's own code really does: each
architecture was built {seeds} times from a small configuration under different seeds of torch's
generator. A tensor that is drawn is compared in family (Kolmogorov-Smirnov against the recorded
law), mean and standard deviation, each with a false-alarm probability of about 10⁻⁹, and once more
pooled with all tensors of the same law; constants and computed values are compared bit for bit.
Parameters and buffers, also those that are not saved, are counted once however many names they
have. A tensor without a law would have been an error.

**{equal} of {count} architectures equal, {tensors:,} tensors compared** ({versions}).

{table}

The schemes: `normal`, `uniform`, `truncated_normal`, `orthogonal` and `constant` say what they are;
`values` are computed and recorded bit for bit, such as rotary frequencies; `computed` is a function
of draws, such as the inverse softplus of a log-uniform step; `patchwork` is filled slice by slice,
such as an embedding with a zero padding row.
"""
HEAD = "architecture kind class parameters buffers weights schemes verdict".split()


def _page(rows: list[Row]) -> str:
    lines = [_line(HEAD), _line(["---"] * len(HEAD))]
    lines += [_line([*row.cells, "differs" if row.problems else "equal"]) for row in rows]
    return TEXT.format(
        seeds=SEEDS,
        equal=sum(not row.problems for row in rows),
        count=len(rows),
        tensors=sum(row.tensors for row in rows),
        versions=", ".join(f"{name} {_version(name)}" for name in ("torch", "transformers")),
        table="\n".join(lines),
    )


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _version(package: str) -> str:
    return importlib.metadata.version(package).partition("+")[0]


if __name__ == "__main__":
    main()
