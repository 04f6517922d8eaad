import json
import math

import pytest

from isometry.measurements import Capture, LayerCapture, capture_from_json, metrics, summary

ROWS = tuple(
    LayerCapture(
        f"{i}.weight",
        act_std=2.0 * 10**-i,
        delta_norm=10.0 ** (i / 2),
        weight_norm=10.0,
        grad_norm=0.1 * 10**-i,
        update_norm=10.0 ** (-1 - i),
        units=10,
        dead=i,
        saturated=i / 10,
    )
    for i in range(3)
)
CAPTURE = Capture(7, 2.5, ROWS)


def test_the_eight_numbers() -> None:
    assert summary(CAPTURE) == pytest.approx(
        {
            "act_slope": -1.0,
            "delta_slope": 0.5,
            "chi": 0.1,
            "dead_frac": 0.1,
            "sat_frac": 0.1,
            "update_log10": -3.0,
            "grad_log10": -3.0,
            "loss": 2.5,
        }
    )


def test_what_was_not_seen_is_not_told() -> None:
    assert metrics(Capture(0, math.nan, (LayerCapture("w"),)), layers=True) == {}


def test_layers_are_told_on_request() -> None:
    assert metrics(CAPTURE, layers=True)["isometry/layers/update_log10/2.weight"] == -4.0
    assert not any("layers" in name for name in metrics(CAPTURE))


@pytest.mark.parametrize("loss", [math.inf, -math.inf, 1.0])
def test_a_capture_comes_back_from_json(loss: float) -> None:
    made = Capture(1, loss, ROWS)
    text = json.dumps(made.to_json(), allow_nan=False)
    assert capture_from_json(json.loads(text)) == made


def test_nan_comes_back_from_json() -> None:
    made = capture_from_json(Capture(1, math.nan, (LayerCapture("w"),)).to_json())
    assert math.isnan(made.loss)
    assert math.isnan(made.layers[0].act_std)
