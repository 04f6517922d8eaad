"""``isometry calibrate``: build a model, start it, improve its weights by a batch, save them."""

import ast
from pathlib import Path
from typing import Any

import click

from isometry import _api, calibrations, errors, weights
from isometry._cli import examples, targets
from isometry._cli.examples import BATCH, INPUT
from isometry._cli.model_commands import MODEL, ONLY, RECIPE, SKIP
from isometry._cli.printing import FORMAT, show
from isometry.reports import calibration_table


@click.command()
@MODEL
@click.option(
    "--out", "-o", required=True, type=click.Path(path_type=Path), help="The .safetensors file."
)
@click.option(
    "--method",
    "-m",
    type=click.Choice(calibrations.names()),
    default="lsuv",
    show_default=True,
    help="How weights are improved.",
)
@click.option(
    "--option",
    "-O",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="An option of the method, such as per=channel or steps=500.",
)
@INPUT
@BATCH
@click.option(
    "--targets",
    "aims",
    metavar="pkg:fn",
    help="A function of no arguments that returns the batch's targets, or a loss of the output.",
)
@RECIPE
@ONLY
@SKIP
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**64 - 1))
@click.option("--every", is_flag=True, help="One row a parameter, repeated layers not folded.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@FORMAT
def calibrate(
    model: str,
    out: Path,
    method: str,
    given: tuple[str, ...],
    recipe: str,
    seed: int,
    fmt: str,
    *,
    aims: str | None,
    every: bool,
    force: bool,
    **how: Any,
) -> None:
    """Start MODEL by a recipe, improve its weights by what a batch shows, and save them.

    MODEL is pkg.mod:factory, path/to/file.py:factory, or transformers:config.json. Models that
    describe their own inputs need neither --input nor --batch, but noise is not your data.
    """
    if out.exists() and not force:  # before the work, not after it
        raise errors.ExistingFileError(
            "the file exists",
            needed="a path where nothing is",
            do="choose another path, or pass --force",
            path=str(out),
        )
    batch = examples.example(how.pop("shapes"), how.pop("batch"))
    loss = targets.factory(aims)() if aims else None
    built = started(model, batch, recipe, seed)
    record = _api.calibrate(built, batch, method, loss=loss, **how, **options(given))
    _save(out, built, record, force=force)
    show(calibration_table(record, every=every), {"calibration": record.to_data()}, fmt)


def started(model: str, batch: Any, recipe: str, seed: int) -> Any:
    """The model that a command line names, filled by a recipe."""
    factory = targets.factory(model)
    built = factory()
    plan = _api.plan(factory if recipe == _api.NATIVE else built, batch, recipe=recipe)
    _api.apply(plan, built, seed=seed)
    return built


def options(given: tuple[str, ...]) -> dict[str, Any]:
    """Options of a method from ``name=value``; numbers, truth values and texts.

    Args:
        given: The texts.

    Returns:
        Values by name.

    Raises:
        InputError: A text has no equals sign.

    >>> options(("per=channel", "mean=0.0", "orthogonal=True"))
    {'per': 'channel', 'mean': 0.0, 'orthogonal': True}
    """
    odd = next((text for text in given if "=" not in text), None)
    if odd is not None:
        raise errors.InputError(
            f"the option {odd!r} has no equals sign",
            needed="a name and a value",
            do="write --option name=value",
        )
    return {name: _value(text) for name, _, text in (one.partition("=") for one in given)}


def _value(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _save(out: Path, model: Any, record: calibrations.Calibration, *, force: bool) -> None:
    from isometry.frameworks.torch.stored import stored  # noqa: PLC0415 - loads torch

    about = {"isometry.calibration": record.method.name}
    weights.save_safetensors(out, stored(model), about, force=force)
