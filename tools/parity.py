"""Measure drop-ins and recipes against the installed frameworks and write docs/parity.md.

Run from the repository's root: ``KERAS_BACKEND=torch python -m tools.parity``.
"""

import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import numpy as np

os.environ.setdefault("KERAS_BACKEND", "torch")

from tests.parity import (  # Keras reads its backend when it is imported
    disagreements,
    flax_layers,
    jax_names,
    keras_layers,
    keras_names,
    measuring,
    torch_layers,
    torch_names,
)
from tests.parity.measuring import Fixed, Row

PAGE = Path(__file__).parent.parent / "docs" / "parity.md"

HEAD = """\
# Parity with torch, Keras and Flax

What each framework draws under a name, what isometry draws under the same one, and how far apart
the two are when measured. `isometry.torch.init`, `isometry.keras.initializers` and
`isometry.jax.initializers` keep each framework's names, signatures and numbers; the recipes
`torch`, `keras` and `flax` give any model the defaults of that framework's layers.

This page is written by `python -m tools.parity`, which draws from the installed frameworks:
{versions}. `make test` repeats every line of it.

How a line is judged: about 250,000 values of each side. *Same law* means that the two-sample
Kolmogorov-Smirnov test gives a p-value above {accepted:g} and that the root mean squares differ
by less than {tolerance:.0%}. The last columns name the convention that it is most easily taken
for; that one must be rejected (p below {rejected:g}, or a root mean square {double:.0%} off), or
the line proves nothing. What is not random is compared element for element.
"""

MEANING = """
## What is equal, and what is not

The *law* of every line is the framework's. The *numbers* are isometry's own: element `i` of a
tensor, counted row by row in the tensor as it is given, depends on (seed, path, `i`) alone. So
the same seed, path and shape give the same bits in torch, Keras and JAX, in every dtype up to
its one rounding, on every device and under every sharding, traced or not.

* torch stores a dense weight as (out, in), Keras and JAX as (in, out). `layout="torch"` makes
  the Keras and JAX initializers count elements as torch would store the kernel: they then hold
  its transpose.
* `jax.random.key(n)` stands for the seed `n`; keys that were split or folded stand for other
  seeds.
* Without `path=`, torch's drop-in names calls `call/0`, `call/1`, …: only the order of the calls
  decides. Keras's names them by the layer that is being built, such as `encoder/dense/call/0`.
  JAX's leaves the path empty, as JAX tells weights apart by their keys. `with calls(seed=3): …`
  counts from 0 again.
* An instance of a Keras initializer that is used twice does not repeat its values, unless it has
  a path. Keras's names are functions here: call them.
* `generator=` of torch gives the seed: 63 bits are drawn from it.
* Arguments that make no sense are errors, where torch warns or silently does nothing.
"""


def main() -> int:
    """Measure, write the page, and return 1 if a line does not hold."""
    warnings.simplefilter("ignore")
    sections = (
        ("torch.nn.init", torch_names.ROWS, torch_names.FIXED),
        ("keras.initializers", keras_names.ROWS, keras_names.FIXED),
        ("jax.nn.initializers", jax_names.ROWS, jax_names.FIXED),
        ("Layers of torch", torch_layers.ROWS, torch_layers.FIXED),
        ("Layers of Keras", keras_layers.ROWS, keras_layers.FIXED),
        ("Layers of Flax (NNX)", flax_layers.ROWS, flax_layers.FIXED),
    )
    lines = [_head(), *_differences(), MEANING]
    for title, rows, fixed in sections:
        print(title)
        lines += [f"## {title}\n", *_measured(rows), "", *_equal(fixed), ""]
    text = "\n".join(lines)
    PAGE.write_text(text, encoding="utf-8")
    return 1 if "**no**" in text else 0


def _head() -> str:
    names = ("torch", "keras", "jax", "flax")
    return HEAD.format(
        versions=", ".join(f"{name} {metadata.version(name).split('+')[0]}" for name in names),
        accepted=measuring.ACCEPTED,
        tolerance=measuring.STD_TOLERANCE,
        rejected=measuring.REJECTED,
        double=2 * measuring.STD_TOLERANCE,
    )


def _differences() -> Iterator[str]:
    yield "## Where they disagree\n"
    yield "Each line has a test of its own in `tests/parity/test_disagreements.py`.\n"
    yield "| | about | torch | Keras | JAX, Flax | isometry |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for number, row in enumerate(disagreements.DISAGREEMENTS, start=1):
        cells = (row.subject, row.torch, row.keras, row.jax, row.ours)
        yield f"| {number} | {' | '.join(cells)} |"


def _measured(rows: Iterable[Row]) -> Iterator[str]:
    columns = ("theirs", "ours", "law", "std", "ours / theirs", "p", "same law")
    against = ("neighbour", "its ratio", "told apart")
    yield f"| {' | '.join((*columns, *against))} |"
    yield f"|{' --- |' * len((*columns, *against))}"
    for row in rows:
        ours, neighbour = measuring.judge(row)
        yield (
            f"| `{row.theirs}` | {_name(row.ours)} | {row.law} | {ours.std:.5g} | {ours.ratio:.4f} "
            f"| {ours.p:.2g} | {_verdict(ours.same)} | {row.neighbour} "
            f"| {neighbour.ratio:.4f} | {_verdict(neighbour.different)} |"
        )


def _equal(rows: Iterable[Fixed]) -> Iterator[str]:
    yield "| theirs | ours | values | equal |"
    yield "| --- | --- | --- | --- |"
    for row in rows:
        equal = np.array_equal(np.ravel(row.draw_theirs()), np.ravel(row.draw_ours()))
        yield f"| `{row.theirs}` | {_name(row.ours)} | {row.law} | {_verdict(equal)} |"


def _name(name: str) -> str:
    return name if name.startswith("recipe") else f"`{name}`"


def _verdict(holds: object) -> str:
    return "yes" if holds else "**no**"


if __name__ == "__main__":
    sys.exit(main())
