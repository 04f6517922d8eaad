"""The history of a run as one value: what may be said of it, and its file."""

import json
from html.parser import HTMLParser

import jsonschema
import pytest

import isometry as iso
from isometry import findings
from isometry.findings import TrainingRun, training_run
from tests.findings import histories
from tools import run_file_schema

LAYOUT = run_file_schema.LAYOUTS[1]
SCHEMA = json.loads(LAYOUT.file.read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
MADE = {
    made.__name__: made
    for made in (
        histories.fine,
        histories.dying,
        histories.lost,
        histories.bare,
        histories.hostile,
    )
}


@pytest.mark.parametrize(
    ("name", "codes", "ok"),
    [
        ("fine", [], True),
        ("dying", ["ISO702", "ISO701"], False),
        ("lost", ["ISO703"], False),
        ("bare", [], True),
    ],
)
def test_what_is_found_stands_worst_first(name: str, codes: list[str], *, ok: bool) -> None:
    run = MADE[name]()
    assert [one.code for one in run.findings] == codes
    assert run.ok == ok


def test_the_limit_decides_what_fails() -> None:
    slow = training_run(histories.captures(lambda p, t: histories.layer(p, t, update=-4.5)))
    assert [slow.fails(limit) for limit in findings.FAIL_ON] == [False, True, False]
    with pytest.raises(iso.errors.UnknownNameError, match="fail_on is 'never ever'"):
        slow.fails("never ever")  # type: ignore[arg-type]  # a typo


@pytest.mark.parametrize(
    ("run", "verdict"),
    [
        (
            histories.fine(),
            "The run is fine: steps fit their weights, and no layer loses units.",
        ),
        (
            training_run(histories.captures(count=2)),
            "Nothing was found; not judged: the size of steps, with 2 of 3 captures.",
        ),
        (
            histories.bare(),
            "Nothing was found; not judged: the size of steps, with 1 of 3 captures; dead units, "
            "with activations in 0 captures; the loss, as neither it nor a step was seen.",
        ),
        (
            training_run(histories.captures(), rules=findings.RUN_RULES[:1]),
            "1 of 3 rules looked, and found nothing.",
        ),
        (
            histories.lost(),
            "ISO703 lost-loss: From step 20 on the loss or the steps are no finite numbers.",
        ),
    ],
)
def test_no_more_is_said_than_was_seen(run: TrainingRun, verdict: str) -> None:
    assert run.verdict == verdict


def test_a_run_without_updates_is_not_judged_by_them() -> None:
    still = training_run(histories.captures(lambda p, t: histories.layer(p, t, update=-400.0)))
    assert still.unjudged == {"ISO701": "the size of steps, as none was seen"}


def test_units_are_not_called_alive_where_nothing_is_a_number() -> None:
    assert histories.lost().unjudged["ISO702"] == "dead units, as the loss was lost"


def test_a_run_in_words() -> None:
    first, *rest = str(histories.dying()).splitlines()
    assert first == "logs/dying.jsonl, steps 0 … 50: 1 error, 1 warning"
    assert [line.split(":")[0] for line in rest] == [
        "error   ISO702 dying-units, fc3.weight",
        "warning ISO701 update-ratio, fc3.weight",
    ]
    assert str(histories.fine()) == histories.fine().verdict


@pytest.mark.parametrize("name", MADE)
def test_the_file_is_what_its_schema_says(name: str) -> None:
    data = json.loads(MADE[name]().to_json())
    VALIDATOR.validate(data)
    assert not VALIDATOR.is_valid(data | {"captures": [{}]})
    assert not VALIDATOR.is_valid(data | {"more": 1})


def test_the_schema_is_that_of_the_types() -> None:
    """Where it fails on purpose: ``python tools/run_file_schema.py``, then review the change."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert LAYOUT.file.read_text(encoding="utf-8") == run_file_schema.text(LAYOUT)


def test_readers_without_rules_find_the_verdict_and_the_eight_numbers() -> None:
    data = histories.dying().to_data()
    assert (data["schema"], data["isometry"], data["ok"]) == (1, iso.__version__, False)
    assert data["verdict"].startswith("ISO702 dying-units: Units die in 1 layer: ")
    assert [one["step"] for one in data["summaries"]] == [0, 10, 20, 30, 40, 50]
    assert data["summaries"][1]["loss"] == 0.5


class Reader(HTMLParser):
    """Notes elements and text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes one."""
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        """Notes it."""
        self.text += data


def test_a_notebook_shows_it_without_script_and_style() -> None:
    reader = Reader()
    reader.feed(histories.hostile()._repr_html_())
    assert {"script", "style", "link", "img"}.isdisjoint(reader.elements)
    assert reader.elements.count("polyline") == 1
    assert f"{histories.HOSTILE}0" in reader.text
    assert "loss 1 … 0.0312" in reader.text
    assert "Lower the learning rate" in reader.text


def test_a_notebook_shows_a_run_without_losses() -> None:
    assert "polyline" not in histories.bare()._repr_html_()


def test_rules_of_runs_do_not_look_at_a_start() -> None:
    with pytest.raises(iso.errors.InputError, match="no rule is left of select=\\('ISO7',\\)"):
        findings.selected(("ISO7",))
    assert len(findings.selected(ignore=("ISO7",))) == len(findings.RULES)
    assert findings.selected(("ISO702",), rules=findings.RUN_RULES) == findings.RUN_RULES[1:2]


def test_a_rule_of_runs_has_a_code_and_a_name() -> None:
    assert findings.rule("ISO702") is findings.rule("dying-units") is findings.RUN_RULES[1]
    with pytest.raises(iso.errors.UnknownNameError, match="did you mean ISO70"):
        findings.rule("ISO70")
