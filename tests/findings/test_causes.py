"""Each cause that a drift is given, from layers written by hand."""

import math
from dataclasses import replace

import pytest

from isometry.findings import causes
from isometry.measurements import Layer, Measurement
from isometry.parameters import Surroundings
from tests.findings import records


def changed(found: Measurement, **fields: object) -> Measurement:
    """Every layer with other fields."""
    layers = tuple(replace(one, **fields) for one in found.layers)  # type: ignore[arg-type]  # of a layer
    return replace(found, layers=layers)


def cause(found: Measurement) -> str:
    return causes.of_course(found, found.courses[0], "forward")


def around(**fields: object) -> dict[str, object]:
    return {"around": Surroundings(**fields)}  # type: ignore[arg-type]  # of surroundings


def weight(mean: float, std: float) -> dict[str, object]:
    return {"weight": replace(records.values(std), mean=mean)}


SHRINKING = records.measured(0.7, 0.7)
SILENT = replace(
    records.measured(0.7, 0.7, dead=records.WIDTH),
    courses=(replace(SHRINKING.courses[0], stds=(1.0, *[0.0] * 19)),),
)
STREAM = replace(SHRINKING, courses=(replace(SHRINKING.courses[0], kind="stream"),))


def test_a_gain_is_told_beside_the_one_that_is_needed() -> None:
    assert "variance is 0.98/fan_in and relu needs 2/fan_in for the signal" in cause(SHRINKING)


@pytest.mark.parametrize(
    "found",
    [
        records.measured(1.0, 1.0),
        changed(SHRINKING, **around()),
        changed(SHRINKING, **around(feeds=("no such activation",))),
        changed(SHRINKING, **weight(math.nan, 1.0)),
        replace(SILENT, activations=()),
    ],
    ids=["as needed", "nothing fed", "unknown", "no gain", "silent without dead units"],
)
def test_what_no_size_explains_has_no_cause(found: Measurement) -> None:
    assert cause(found) == "."


def test_weights_of_one_number() -> None:
    assert cause(changed(SHRINKING, **weight(0.0, 0.0))).endswith("20 of 20 layers are zero.")
    assert "multiplies the mean of its input by 25.6" in cause(changed(SHRINKING, **weight(0.1, 0)))


def test_the_first_layer_without_a_live_unit() -> None:
    assert "no unit after fc0.weight is ever active" in cause(SILENT)


@pytest.mark.parametrize(
    ("normed", "expected"),
    [
        ("after", "takes √2"),
        ("before", "not small beside the stream"),
        ("", "no norm and no small"),
    ],
)
def test_a_stream_is_told_by_its_norms(normed: str, expected: str) -> None:
    assert expected in cause(changed(STREAM, **around(normed=normed)))


def test_a_stream_without_layers_of_its_own() -> None:
    assert "no norm and no small" in cause(replace(STREAM, layers=()))


def test_linear_layers_need_a_gain_of_one() -> None:
    assert causes.needed("linear", "backward") == 1.0
    assert causes.named("linear") == "a linear layer"
    assert isinstance(SHRINKING.layers[0], Layer)
