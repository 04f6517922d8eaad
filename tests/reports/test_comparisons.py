"""Two runs beside each other."""

from dataclasses import replace

from isometry.findings import Diagnosis, Finding
from isometry.reports import comparison
from tests.findings import records

WHOLE = "forward std fc0.weight … fc19.weight"
BACK = "backward δ fc0.weight … fc19.weight"


def changes(before: Diagnosis, after: Diagnosis) -> dict[str, str]:
    """What became of each thing."""
    return {row[0]: row[3] for row in comparison(before, after).rows}


def test_what_is_mended_is_gone() -> None:
    table = comparison(records.xavier(), records.fine())
    assert table.title == "nets.py:deep → nets.py:deep"
    assert table.rows[0] == (
        WHOLE,
        "0.5 → 0.000691 ✖ vanishing",
        "0.5 → 0.5 ✔ keeps its size",
        "gone",
    )
    assert table.rows[2] == (
        "ISO101 vanishing-forward fc0.weight … fc19.weight",
        "✖ error",
        "",
        "gone",
    )
    assert {row[3] for row in table.rows} == {"gone"}
    assert table.summary[0] == "findings: 3 gone, 0 new, 0 stays"
    assert table.summary[1].startswith("after: Your init is fine")


def test_what_was_not_there_is_new() -> None:
    assert set(changes(records.fine(), records.xavier()).values()) == {"new"}


def test_what_is_in_both_stays() -> None:
    made = changes(records.xavier(), records.xavier())
    assert set(made.values()) == {"stays"}
    assert len(made) == 5


def test_courses_that_are_fine_in_both_say_nothing() -> None:
    assert changes(records.fine(), records.fine()) == {WHOLE: "", BACK: ""}


def test_a_course_that_drifted_before_only_has_one_side() -> None:
    seen = records.measured(1.0, 1.0)
    other = records.measured(0.5, 1.0, depth=10).courses[0]
    before = replace(records.fine(), measurement=replace(seen, courses=(*seen.courses, other)))
    row = comparison(before, records.fine()).rows[1]
    assert row == (
        "forward std fc0.weight … fc9.weight",
        "0.5 → 0.000977 ✖ vanishing",
        "",
        "gone",
    )


def only(*found: Finding) -> Diagnosis:
    return replace(records.fine(), findings=found)


def test_a_finding_is_the_same_where_it_shares_a_path() -> None:
    dead = records.FOUND[2]
    fewer = replace(dead, paths=("fc4.weight",), severity="note")
    elsewhere = replace(dead, paths=("fc9.weight",))
    name = "ISO301 dead-units"
    assert changes(only(dead), only(fewer))[f"{name} fc4.weight"] == "stays, but is better"
    assert changes(only(fewer), only(dead))[f"{name} {dead.where}"] == "stays, but is worse"
    assert changes(only(dead), only(elsewhere)) == {
        WHOLE: "",
        BACK: "",
        f"{name} fc3.weight, fc4.weight": "gone",
        f"{name} fc9.weight": "new",
    }


def test_one_finding_is_the_same_as_one_other_only() -> None:
    dead = records.FOUND[2]
    halves = [replace(dead, paths=(path,)) for path in dead.paths]
    table = comparison(only(dead), only(*halves))
    assert table.summary[0] == "findings: 0 gone, 1 new, 1 stays"


def test_findings_without_paths_are_the_same() -> None:
    loss = Finding("ISO501", "initial-loss", "warning", (), "Too large.")
    assert changes(only(loss), only(loss))["ISO501 initial-loss"] == "stays"


def test_known_findings_are_compared_too() -> None:
    known = replace(records.fine(), known=records.FOUND[:1])
    name = f"ISO101 vanishing-forward {records.FOUND[0].where}"
    assert changes(records.xavier(), known)[name] == "stays"
