"""Which rules look."""

import pytest

from isometry import errors, findings


def codes(*select: str, ignore: tuple[str, ...] = ()) -> list[str]:
    return [one.code for one in findings.selected(select, ignore)]


def test_all_rules_look_where_nothing_is_said() -> None:
    assert codes() == [one.code for one in findings.RULES]


def test_a_beginning_stands_for_all_its_codes() -> None:
    assert codes("ISO10") == [code for code in codes() if code.startswith("ISO10")]
    assert codes("ISO1", ignore=("ISO101",)) == codes("ISO1")[1:]


@pytest.mark.parametrize(("select", "ignore"), [(("ISO9",), ()), ((), ("vanish",))])
def test_a_code_of_no_rule_is_refused(select: tuple[str, ...], ignore: tuple[str, ...]) -> None:
    with pytest.raises(errors.UnknownNameError, match="there is no rule"):
        findings.selected(select, ignore)


def test_no_rule_left_is_refused() -> None:
    with pytest.raises(errors.InputError, match="no rule is left"):
        findings.selected(("ISO101",), ("ISO1",))


def test_a_rule_goes_by_its_code_and_its_name() -> None:
    assert findings.rule("vanishing-forward") is findings.rule("ISO101")
    with pytest.raises(errors.UnknownNameError, match="did you mean vanishing-forward"):
        findings.rule("vanishing-forwards")
