"""``isometry plan``, ``graph`` and ``init``: decide for a model, show it, write its weights."""

import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from isometry import _api, errors, graphs, plans, weights
from isometry._cli import examples, targets
from isometry._cli.examples import BATCH, INPUT
from isometry._cli.printing import FORMAT, show
from isometry._cli.progress import tensors_shown
from isometry.reports import (
    console,
    graph_svg,
    outline,
    plan_table,
    print_tree,
    written_table,
)

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
@INPUT
@BATCH
@FORMAT
@click.option("--every", is_flag=True, help="One row a tensor, repeated layers not folded.")
@click.option(
    "--forecast/--no-forecast",
    default=True,
    show_default=True,
    help="Predict signal and gradient of each layer; --no-forecast is faster.",
)
@click.option("--graph", "tree", is_flag=True, help="Print the model's dataflow as a tree, too.")
@click.option("--save", type=click.Path(path_type=Path), help="Write the plan as JSON.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def plan(
    model: str,
    fmt: str,
    *,
    every: bool,
    forecast: bool,
    tree: bool,
    save: Path | None,
    force: bool,
    **how: Any,
) -> None:
    """What `init` would do to MODEL and why, and what its signal would do; changes nothing.

    MODEL is pkg.mod:factory, path/to/file.py:factory, or transformers:config.json. Models that
    describe their own inputs need neither --input nor --batch.
    """
    seen = see(model, **how, wanted=forecast or tree)
    if save is not None:
        weights.write_text(save, seen.plan.to_json(), force=force)
    told = plans.forecast(seen.graph, seen.plan) if forecast and seen.graph else None
    table = plan_table(seen.plan, every=every, forecast=told)
    lines = (*table.summary, *((f"no forecast: {seen.blind}",) if seen.blind else ()))
    data = {"plan": seen.plan.to_data(), **({"forecast": asdict(told)} if told else {})}
    show(replace(table, summary=lines), data, fmt)
    if tree and seen.graph and fmt == "table":
        print_tree(outline(seen.graph, every=every), console(sys.stdout))


@click.command()
@MODEL
@INPUT
@BATCH
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    help="An .svg file for a picture, a .json file for the graph itself; a tree where not given.",
)
@click.option("--every", is_flag=True, help="Every block, repeated ones not folded.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def graph(
    model: str, out: Path | None, *, every: bool, force: bool, shapes: tuple[str, ...], batch: str
) -> None:
    """What MODEL does with its weights: a tree, a picture (.svg), or data (.json).

    MODEL is pkg.mod:factory, path/to/file.py:factory, or transformers:config.json. Models that
    describe their own inputs need neither --input nor --batch.
    """
    found = _api.graph(targets.factory(model), examples.example(shapes, batch))
    if out is None:
        print_tree(outline(found, every=every), console(sys.stdout), title=model)
        return
    match out.suffix:
        case ".svg":
            weights.write_text(out, graph_svg(found, title=model, every=every), force=force)
        case ".json":
            weights.write_text(out, found.to_json(), force=force)
        case suffix:
            raise errors.InputError(
                f"the file's name ends in {suffix!r}",
                needed=".svg for a picture or .json for the graph itself",
                do="choose one of them",
                path=str(out),
            )


@click.command()
@MODEL
@click.option(
    "--out", "-o", required=True, type=click.Path(path_type=Path), help="The .safetensors file."
)
@RECIPE
@ONLY
@SKIP
@INPUT
@BATCH
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
    how = {key: options.pop(key) for key in ("recipe", "only", "skip", "shapes", "batch")}
    decided = see(model, **how, wanted=False).plan
    if dry_run:
        show(plan_table(decided), {"plan": decided.to_data()}, fmt)
        return
    with tensors_shown(decided, console(sys.stderr)) as progress:
        written = weights.write_safetensors(out, decided, force=force, progress=progress, **options)
    show(written_table(written), {"written": written.to_data()}, fmt)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a command line's model was seen to be.

    Attributes:
        plan: What would be done to it.
        graph: Its dataflow, if it was wanted and could be had.
        blind: Why there is none although it was wanted.
    """

    plan: plans.Plan
    graph: graphs.Graph | None = None
    blind: str = ""


def see(
    model: str,
    *,
    recipe: str,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    shapes: tuple[str, ...],
    batch: str | None,
    wanted: bool,
) -> Sight:
    """The plan for the model that a command line names, built on meta where it must be built."""
    from isometry.frameworks.torch import targets as torch_targets  # noqa: PLC0415 - loads torch

    factory, example = targets.factory(model), examples.example(shapes, batch)
    native = recipe == _api.NATIVE
    built = None if native and not wanted else torch_targets.on_meta(factory)
    dataflow, blind = dataflow_of(built, example) if wanted else (None, "")
    source = factory if native else built
    decided = _api.plan(source, dataflow or example, recipe=recipe, only=only, skip=skip)
    return Sight(decided, dataflow, blind)


def dataflow_of(model: Any, example: Any) -> tuple[graphs.Graph | None, str]:
    """The model's graph, or why there is none; that is an error where an example was given."""
    try:
        return _api.graph(model, example), ""
    except (errors.InputError, errors.ModelError) as problem:
        if example is not None:
            raise
        return None, str(problem)
