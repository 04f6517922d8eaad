import re

import pytest

from isometry import errors
from isometry.calibrations import PARTS, Balance, Change, Clip, Gain, Renew, Revive, part
from isometry.calibrations.upkeep import chosen, due


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_found_by_its_name_and_tells_its_options(name: str) -> None:
    made = part(name)
    assert made == PARTS[name]()
    assert PARTS[name](**made.options()).options() == made.options()


@pytest.mark.parametrize(
    ("name", "option", "value", "needed"),
    [
        ("revive", "tau", -0.1, "at least 0"),
        ("revive", "every", 0, "a whole number of at least 1"),
        ("revive", "until", 2.5, "a whole number of at least 1"),
        ("renew", "rate", 1.5, "at least 0 and at most 1"),
        ("renew", "decay", 1.0, "at least 0 and below 1"),
        ("renew", "maturity", True, "a whole number of at least 1"),
        ("balance", "sweeps", 0, "a whole number of at least 1"),
        ("gain", "kappa", 0.2, "above 0 and at most 0.1"),
        ("gain", "target", 0.0, "above 0"),
        ("variance", "every", -1, "a whole number of at least 1"),
        ("clip", "limit", "much", "above 0"),
        ("orthogonal", "iterations", 0, "a whole number of at least 1"),
        ("shrink", "factor", 1.1, "at least 0 and at most 1"),
    ],
)
def test_a_number_that_cannot_be_is_refused(
    name: str, option: str, value: object, needed: str
) -> None:
    wanted = f"{name}: {option} is {value!r}. Needed: {needed}. Do: change {option}=."
    with pytest.raises(errors.InputError, match=f"^{re.escape(wanted)}$"):
        part(name, **{option: value})


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(errors.UnknownNameError, match="no part of the upkeep is called 'redo'"):
        part("redo")


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(errors.InputError, match="clip has no option 'limits'"):
        part("clip", limits=1.0)


@pytest.mark.parametrize(
    ("given", "found"),
    [((), "none"), ((Clip(), "clip"), "clip, clip"), (("clip",) * 2, "clip, clip")],
)
def test_no_part_and_one_part_twice_are_refused(given: tuple[str, ...], found: str) -> None:
    with pytest.raises(errors.InputError, match=f"the parts are {found}"):
        chosen(given)


@pytest.mark.parametrize(
    ("made", "steps"),
    [
        (Revive(every=3, until=7), [3, 6]),
        (Revive(every=4), [4, 8]),
        (Renew(), [1, 2, 3, 4, 5, 6, 7, 8]),
        (Balance(every=5), [5]),
        (Gain(steps=2), [1, 2]),
    ],
)
def test_a_part_acts_when_it_is_due(made: Revive, steps: list[int]) -> None:
    assert [step for step in range(1, 9) if due(made, step)] == steps


def test_a_line_without_a_difference_is_json() -> None:
    data = Change(2, "renew", "0.weight", (3,)).to_data()
    assert data == {
        "step": 2,
        "part": "renew",
        "path": "0.weight",
        "units": [3],
        "factor": [1.0, 1.0],
        "difference": None,
        "times": 1,
    }
    assert Change.from_data(data).to_data() == data
