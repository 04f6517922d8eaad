from typing import Any

import pytest

from isometry import errors, recipes
from isometry.parameters import Parameter
from isometry.recipes import Selector

WEIGHT = Parameter("h.0.fc.weight", (4, 4), role="weight", layer="linear", ties=("head.weight",))


@pytest.mark.parametrize(
    "select",
    [
        Selector(),
        Selector(path="*.weight"),
        Selector(path="head.*"),
        Selector(regex=r"h\.\d+\.fc\.weight"),
        Selector(roles=("bias", "weight")),
        Selector(layers=("linear",), kind="parameter"),
        Selector(paths=frozenset(["head.weight"])),
    ],
)
def test_selected(select: Selector) -> None:
    assert select.selects(WEIGHT)


@pytest.mark.parametrize(
    "select",
    [
        Selector(path="fc.weight"),
        Selector(path="*.WEIGHT"),
        Selector(regex=r"\.\d+\.fc\.weight"),
        Selector(regex="weight"),
        Selector(roles=("bias",)),
        Selector(layers=("conv",)),
        Selector(kind="buffer"),
        Selector(paths=frozenset(["weight"])),
        Selector(path="*.weight", roles=("bias",)),
    ],
)
def test_not_selected(select: Selector) -> None:
    assert not select.selects(WEIGHT)


@pytest.mark.parametrize(
    ("select", "text"),
    [
        (Selector(), "all"),
        (Selector(path="*.weight", kind="buffer"), "*.weight buffer"),
        (Selector(regex="a|b"), "a|b"),
        (Selector(roles=("bias", "weight"), layers=("conv",)), "bias or weight of conv"),
        (Selector(paths=frozenset("ab")), "2 paths"),
    ],
)
def test_text(select: Selector, text: str) -> None:
    assert select.text == text


def test_bad_regular_expression() -> None:
    with pytest.raises(errors.InputError) as caught:
        Selector(regex="h.(")
    assert str(caught.value) == (
        "the pattern 'h.(' is not a regular expression: missing ), unterminated subpattern at "
        "position 2. Needed: one that Python's re can compile. "
        r"Do: correct it, for example h\.\d+\.weight, or use path= for a glob."
    )


def selector(**fields: Any) -> Selector:
    """A selector from whatever a user may pass."""
    return Selector(**fields)


def test_unknown_kind() -> None:
    with pytest.raises(errors.UnknownNameError) as caught:
        selector(kind="params")
    assert str(caught.value) == (
        "no kind is called 'params'. Needed: one of buffer, parameter. Do: correct the spelling."
    )


@pytest.mark.parametrize("field", ["part", "normed", "residual"])
def test_unknown_place(field: str) -> None:
    with pytest.raises(errors.UnknownNameError, match="'wxight'"):
        selector(**{field: "wxight"})


@pytest.mark.parametrize("field", ["roles", "layers"])
def test_unknown_role_or_layer(field: str) -> None:
    with pytest.raises(errors.UnknownNameError, match="'wxight'"):
        selector(**{field: ("wxight",)})


def test_a_rule_is_required_unless_told() -> None:
    assert recipes.Rule(Selector(), None, "Why.").required
