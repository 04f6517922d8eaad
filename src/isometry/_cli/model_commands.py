"""``isometry plan`` and ``isometry init``: decide for a model, and write its weights to a file."""

import sys
from pathlib import Path
from typing import Any

import click

from isometry import _api, plans, weights
from isometry._cli import targets
from isometry._cli.printing import FORMAT, show
from isometry._cli.progress import tensors_shown
from isometry.reports import console, plan_table, written_table

MODEL = click.argument("model")
RECIPE = click.option(
    "--recipe",
    "-r",
    default=_api.NATIVE,
    show_default=True,
    help="A recipe's name (see `isometry recipes`) or a TOML or JSON file of rules.",
)
ONLY = click.option(
    "--only", multiple=True, metavar="GLOB", help="Plan these paths, keep all others."
)
SKIP = click.option("--skip", multiple=True, metavar="GLOB", help="Keep these paths.")


@click.command()
@MODEL
@RECIPE
@ONLY
@SKIP
@FORMAT
@click.option("--every", is_flag=True, help="One row a tensor, repeated layers not folded.")
@click.option("--save", type=click.Path(path_type=Path), help="Write the plan as JSON.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def plan(model: str, fmt: str, every: bool, save: Path | None, force: bool, **how: Any) -> None:
    """What `init` would do to MODEL and why; changes nothing.

    MODEL is pkg.mod:factory, path/to/file.py:factory, or transformers:config.json.
    """
    decided = decide(model, **how)
    if save is not None:
        weights.write_text(save, decided.to_json(), force=force)
    show(plan_table(decided, every=every), {"plan": decided.to_data()}, fmt)


@click.command()
@MODEL
@click.option(
    "--out", "-o", required=True, type=click.Path(path_type=Path), help="The .safetensors file."
)
@RECIPE
@ONLY
@SKIP
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**64 - 1))
@click.option(
    "--dtype", default=None, help="Storage dtype of floating tensors; the model's own if not given."
)
@click.option(
    "--shard-size", default=None, type=int, metavar="BYTES", help="Split into files of this size."
)
@click.option("--resume", is_flag=True, help="Keep files that an earlier run has finished.")
@click.option("--dry-run", is_flag=True, help="Print the plan, write nothing.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@FORMAT
def init(model: str, out: Path, fmt: str, *, dry_run: bool, force: bool, **options: Any) -> None:
    """Draw all weights of MODEL into a safetensors file, streamed, without building the model.

    MODEL is pkg.mod:factory, path/to/file.py:factory, or transformers:config.json.
    """
    how = {key: options.pop(key) for key in ("recipe", "only", "skip")}
    decided = decide(model, **how)
    if dry_run:
        show(plan_table(decided), {"plan": decided.to_data()}, fmt)
        return
    with tensors_shown(decided, console(sys.stderr)) as progress:
        written = weights.write_safetensors(out, decided, force=force, progress=progress, **options)
    show(written_table(written), {"written": written.to_data()}, fmt)


def decide(model: str, *, recipe: str, only: tuple[str, ...], skip: tuple[str, ...]) -> plans.Plan:
    """The plan for the model that a command line names, built on meta where it must be built."""
    from isometry.frameworks.torch import targets as torch_targets  # noqa: PLC0415 - loads torch

    factory = targets.factory(model)
    source = factory if recipe == _api.NATIVE else torch_targets.on_meta(factory)
    return _api.plan(source, recipe=recipe, only=only, skip=skip)
