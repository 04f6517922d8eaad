"""What a picture asks of its numbers, all in one place."""

from collections.abc import Collection, Sequence

from isometry.errors import InputError
from isometry.reports.figures.ridgeline import Histogram


def check_layers(layers: Collection[str]) -> None:
    """Raise unless there is at least one layer and each has a name of its own.

    Args:
        layers: Their names.

    Raises:
        InputError: There is none, or two share a name.
    """
    if not layers:
        raise InputError(
            "there is no layer to draw",
            needed="at least one",
            do="measure a model with layers, or leave the picture out",
        )
    seen: set[str] = set()
    for name in layers:
        if name in seen:
            raise InputError(
                "two layers have this name",
                needed="a name of its own for each layer",
                do="pass module paths",
                path=name,
            )
        seen.add(name)


def check_known(names: Collection[str], layers: Collection[str]) -> None:
    """Raise unless all names are those of layers.

    Args:
        names: What values were given for.
        layers: What is drawn.

    Raises:
        InputError: A name is none of a layer.
    """
    for name in names:
        if name not in layers:
            raise InputError(
                "a value is given for no layer of the picture",
                needed="the names of its layers",
                do="add the layer, or drop the value",
                path=name,
            )


def check_histogram(histogram: Histogram) -> None:
    """Raise unless a histogram holds finite values over some width.

    Args:
        histogram: The histogram.

    Raises:
        InputError: It does not.
    """
    if not histogram.known or not histogram.low < histogram.high:
        raise InputError(
            f"{sum(histogram.counts):g} values from {histogram.low:g} to {histogram.high:g}",
            needed="counts above 0 between finite edges, the lower one first",
            do="leave the picture out where a layer has no finite values",
            path=histogram.name,
        )


def check_rows(steps: Sequence[int], rows: Collection[Sequence[float]], *, count: int) -> None:
    """Raise unless there is a step, and a row a layer with one number a step.

    Args:
        steps: The steps.
        rows: The rows.
        count: How many layers there are.

    Raises:
        InputError: There is no step, or there are more or fewer rows or numbers.
    """
    if len(rows) != count:
        raise InputError(
            f"{len(rows)} rows for {count} layers",
            needed="one row a layer",
            do="pass the rows in the order of the layers",
        )
    for row in rows:
        if len(row) != len(steps) or not steps:
            raise InputError(
                f"a row of {len(row)} numbers for {len(steps)} steps",
                needed="one number a step, and a step at least",
                do="pass NaN where nothing was measured",
            )
