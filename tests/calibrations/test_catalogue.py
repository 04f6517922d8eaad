"""Methods by name and with options; what is wrong with them, in whole messages."""

import json

import pytest

from isometry import calibrations, errors
from isometry.calibrations import LSUV, Adjustment, Calibration


def test_a_method_is_found_by_its_name() -> None:
    assert calibrations.names() == ("gradinit", "jacobian", "krahenbuhl", "lsuv", "metainit")
    assert calibrations.method("lsuv", mean=0.0) == LSUV(mean=0.0)
    assert calibrations.method(LSUV(per="channel")) == LSUV(per="channel")


def test_every_method_says_what_it_costs() -> None:
    costs = [calibrations.method(name).cost for name in calibrations.names()]
    assert costs == [
        "100 steps of 2 forwards, a backward and a second derivative",
        "1 forward, and 4 backward passes from each layer to the one before",
        "1 forward, then 10 forwards and backwards on plain stacks",
        "1 forward",
        "200 steps of a forward and a third derivative",
    ]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "lsvu",
            {},
            "no method of calibration is called 'lsvu'. Needed: one of gradinit, jacobian, "
            "krahenbuhl, lsuv, metainit. Do: choose one of them.",
        ),
        (
            "krahenbuhl",
            {"round": 1},
            "krahenbuhl has no option 'round'. Needed: one of rounds, strength, seed. Do: correct "
            "the spelling or leave it out.",
        ),
        (
            "lsuv",
            {"per": "unit"},
            "lsuv: per is 'unit'. Needed: one of channel, tensor. Do: choose one of them.",
        ),
        (
            "gradinit",
            {"steps": 0},
            "gradinit: steps is 0. Needed: a whole number of at least 1. Do: change steps=.",
        ),
        (
            "gradinit",
            {"rate": "fast"},
            "gradinit: rate is 'fast'. Needed: above 0. Do: change rate=.",
        ),
        (
            "lsuv",
            {"moment": "second", "mean": 1.0},
            "the mean is 1.0 and the root mean square 1.0. Needed: a mean that is smaller. Do: "
            "choose mean=0, or a larger target.",
        ),
    ],
)
def test_what_is_wrong_is_said(name: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        calibrations.method(name, **options)
    assert str(caught.value) == message


def test_options_beside_a_method_are_refused() -> None:
    with pytest.raises(errors.InputError, match="beside a method that has its own"):
        calibrations.method(LSUV(), per="channel")


RECORD = Calibration(
    LSUV(),
    (
        Adjustment("w", "scaled", "because", (0.5, 0.5), before=2.0, after=1.0),
        Adjustment("e", "kept", "an embedding"),
    ),
    forwards=1,
    seconds=0.25,
)


def test_a_record_is_json_and_text() -> None:
    data = json.loads(RECORD.to_json())
    assert data["adjustments"][0]["factors"] == [0.5, 0.5]
    assert data["adjustments"][1]["before"] is None
    assert (data["schema"], data["method"], data["before"]) == (1, "lsuv", None)
    assert str(RECORD) == "lsuv: 1 of 2 parameters changed, 1 forward passes, 0.25 s"
    assert (RECORD["w"].after, dict(RECORD.kept)) == (1.0, {"e": "an embedding"})


def test_an_unknown_path_is_refused() -> None:
    with pytest.raises(errors.UnknownNameError, match="the record has no such parameter"):
        RECORD["x"]
