"""The file of a run: what is read of it, also where a kill has cut it short."""

import json
import math
import re
from pathlib import Path

import pytest

from isometry import errors
from isometry.measurements import Capture, LayerCapture, by_layer, history, recorded

LAYER = LayerCapture("0.weight", act_std=1.5, update_norm=math.inf, units=4, dead=1)
RUN = tuple(Capture(10 * k, 2.0 - k, (LAYER,)) for k in range(3))
LINES = [json.dumps(one.to_json()) for one in RUN]
TEXT = "".join(f"{line}\n" for line in LINES)


def read(text: str) -> list[int]:
    """The steps of a text."""
    return [one.step for one in recorded(text).captures]


def test_a_history_comes_back() -> None:
    assert [one.to_json() for one in recorded(TEXT).captures] == [one.to_json() for one in RUN]
    assert recorded(TEXT).notes == ()


@pytest.mark.parametrize("cut", [1, 2, 9, 60, len(LINES[2])])
def test_a_last_line_that_was_cut_short_is_left_out_with_a_note(cut: int) -> None:
    held = recorded(TEXT[: -1 - cut])
    assert [one.step for one in held.captures] == [0, 10]
    assert held.notes == ("line 3 was cut short, as by a kill; it is left out",) * (
        cut < len(LINES[2])
    )


def test_a_whole_last_line_needs_no_end() -> None:
    assert read(TEXT[:-1]) == [0, 10, 20]
    assert recorded(TEXT[:-1]).notes == ()


def test_of_captures_of_one_step_the_last_counts() -> None:
    again = json.dumps(Capture(10, 7.0, ()).to_json())
    found = recorded(f"{TEXT}{again}\n").captures
    assert [(one.step, one.loss) for one in found] == [(0, 2.0), (10, 7.0), (20, 0.0)]


def wrong(**fields: object) -> str:
    """A history whose second line has other fields."""
    return f"{LINES[0]}\n{json.dumps(RUN[1].to_json() | fields)}\n{LINES[2]}\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        (LINES[0][:20], "there is no whole line in it"),
        (
            f"{LINES[0]}\n{LINES[1][:20]}\n{LINES[2]}\n",
            "line 2 is no capture (column 21: Expecting",
        ),
        (wrong(step=1.5), "line 2 is no capture (step is 1.5)"),
        (wrong(step=True), "line 2 is no capture (step is True)"),
        (wrong(loss="low"), "line 2 is no capture (loss is 'low')"),
        (wrong(layers={}), "line 2 is no capture (layers is {})"),
        (wrong(layers=[3]), "line 2 is no capture (there is 3)"),
        (wrong(layers=[{}]), "line 2 is no capture (path is missing)"),
        (wrong(layers=[{"path": "a", "size": 1}]), "line 2 is no capture ('size' is unknown)"),
        (wrong(layers=[{"path": "a", "dead": None}]), "line 2 is no capture (dead is None)"),
        (wrong(more=1), "line 2 is no capture ('more' is unknown)"),
        (f"{TEXT}[]", "line 4 is no capture (there is [])"),
        (f"{TEXT}notes", "line 4 is no capture (column 1: Expecting"),
        ('{"schema": 1}\n', "line 1 is no capture (step is missing)"),
    ],
)
def test_what_is_no_history_is_told(text: str, found: str) -> None:
    with pytest.raises(errors.InputError, match=f"^{re.escape(found)}") as caught:
        recorded(text)
    assert "Needed: lines that a JsonLines sink wrote. Do: " in str(caught.value)


def test_a_file_that_was_cut_short_warns(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    file.write_text(TEXT[:-9])
    with pytest.warns(errors.IsometryWarning, match=r"run\.jsonl: line 3 was cut short"):
        assert [one.step for one in history(file)] == [0, 10]


@pytest.mark.parametrize(
    ("held", "found"), [(b"[]", "line 1 is no capture"), (b"\xff", "the file cannot be read")]
)
def test_a_wrong_file_is_told_with_its_path(tmp_path: Path, held: bytes, found: str) -> None:
    file = tmp_path / "run.jsonl"
    file.write_bytes(held)
    with pytest.raises(errors.FileError, match=re.escape(f"{file}: {found}")):
        history(file)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(errors.FileError, match="the file cannot be read \\(No such file"):
        history(tmp_path / "none.jsonl")


def test_a_layer_that_was_not_seen_has_no_number() -> None:
    run = [Capture(0, 1.0, (LayerCapture("a", act_std=1.0),)), Capture(1, 1.0, (LAYER,))]
    found = by_layer(run, "act_std")
    assert list(found) == ["a", "0.weight"]
    assert str(found) == "{'a': [1.0, nan], '0.weight': [nan, 1.5]}"
