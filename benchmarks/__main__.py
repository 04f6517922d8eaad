"""``python -m benchmarks``: run the suite, print the page, and write it where asked."""

import sys
from pathlib import Path

import click

from benchmarks import calibrations, diagnoses, fills, models, monitors, page


@click.command()
@click.option("--rounds", default=4, show_default=True, help="Rounds of each fill.")
@click.option("--model-rounds", default=2, show_default=True, help="Rounds of each whole model.")
@click.option(
    "--write", type=click.Path(path_type=Path), help="Where the page goes, replacing an older one."
)
def main(rounds: int, model_rounds: int, write: Path | None) -> None:
    """Measure isometry and its rivals in the same run."""
    print("filling tensors …", file=sys.stderr)
    filled = fills.run(rounds)
    print("building models …", file=sys.stderr)
    built = models.run(model_rounds)
    print("diagnosing models …", file=sys.stderr)
    diagnosed = diagnoses.run(rounds)
    print("calibrating models …", file=sys.stderr)
    calibrated = calibrations.run(model_rounds)
    print("watching models …", file=sys.stderr)
    parts = (page.diagnoses(diagnosed), page.calibrations(calibrated))
    told = (*parts, page.monitors(monitors.run(rounds)))
    text = page.page(filled, built, told, rounds)
    print(text)
    if write is not None:
        part = write.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(write)


if __name__ == "__main__":
    main()
