import json
from pathlib import Path
from typing import Any

import pytest

from isometry import errors, plans, recipes, schemes
from tests.recipes.reference import EVERYTHING

TOML = r"""
name = "mine"
summary = "Small outputs."
base = {name = "he", activation = "gelu"}

[[rules]]
regex = 'h\.\d+\.\w+\.c_proj\.weight'
scheme = {name = "normal", std = 0.01}
reason = "Residual outputs start small."

[[rules]]
roles = ["table"]
layers = ["embedding"]
kind = "parameter"
scheme = "keep"

[[rules]]
path = "nothing has this path"
scheme = "zeros"
required = false
"""


def write(folder: Path, text: str, name: str = "mine.toml") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_a_file_of_every_key(tmp_path: Path) -> None:
    recipe = recipes.load(write(tmp_path, TOML), EVERYTHING)
    plan = plans.decide(EVERYTHING, recipe)
    assert (recipe.name, recipe.summary) == ("mine", "Small outputs.")
    assert plan["h.1.mlp.c_proj.weight"].scheme == schemes.Normal(std=0.01)
    assert plan["h.1.mlp.c_proj.weight"].reason == "Residual outputs start small."
    assert plan["wte.weight"].scheme is None
    he = recipes.recipe("he", EVERYTHING, activation="gelu")
    assert recipe.rules[3:] == he.rules
    assert recipe.references == he.references


def test_json_has_the_same_keys(tmp_path: Path) -> None:
    data = {"base": "he", "rules": [{"path": "*.c_proj.weight", "scheme": "zeros"}]}
    recipe = recipes.load(write(tmp_path, json.dumps(data), "small.json"), EVERYTHING)
    assert recipe.name == "small"
    assert recipe.summary == "Rules from small.json."
    assert recipe.rules[0].reason == "Rule for *.c_proj.weight in small.json."
    assert recipe.rules[0].scheme == schemes.Constant(0.0)
    assert recipe.rules[1:] == recipes.recipe("he", EVERYTHING).rules


def message(folder: Path, text: str, name: str = "mine.toml") -> str:
    file = write(folder, text, name)
    with pytest.raises(errors.InputError) as caught:
        recipes.load(file)
    return str(caught.value).replace(str(file), name)


RULE = '[[rules]]\npath = "*"\nscheme = "zeros"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "rules = 3",
            "mine.toml: rules: it is 3. Needed: a list. Do: correct the file.",
        ),
        (
            "rule = []",
            "mine.toml: rule: the key is unknown. Needed: one of name, summary, base, rules. "
            "Do: correct the file.",
        ),
        (
            "rules = [1]",
            "mine.toml: rules[0]: it is 1. Needed: a table with a selector and a scheme. "
            "Do: correct the file.",
        ),
        (
            RULE + "[[rules]]\npath = '*'\n",
            'mine.toml: rules[1]: it has no scheme. Needed: scheme = "a name" or '
            '{name = "normal", std = 0.02}. Do: correct the file.',
        ),
        (
            "[[rules]]\nscheme = 'zeros'\n",
            'mine.toml: rules[0]: it selects every tensor. Needed: a selector, such as path = "*" '
            "for all. Do: correct the file.",
        ),
        (
            RULE + "required = 1\n",
            "mine.toml: rules[0].required: it is 1. Needed: a true or false. Do: correct the file.",
        ),
        (
            RULE.replace('"zeros"', "{std = 1.0}"),
            'mine.toml: rules[0].scheme: its name is None. Needed: name = "...". '
            "Do: correct the file.",
        ),
        (
            "base = 3",
            "mine.toml: base: it is 3. Needed: a text or table. Do: correct the file.",
        ),
        (
            RULE + "kind = 'params'\n",
            "mine.toml: rules[0]: no kind is called 'params'. Needed: one of buffer, parameter. "
            "Do: correct the spelling.",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, expected: str) -> None:
    assert message(tmp_path, text) == expected


def test_bad_toml_names_the_line(tmp_path: Path) -> None:
    text = message(tmp_path, "name = 'a'\nrules = a")
    assert text.startswith("mine.toml: the file is not TOML: ")
    assert "(at line 2, column 9). Needed: valid TOML. Do: correct that line." in text


def test_bad_json_names_the_line(tmp_path: Path) -> None:
    assert message(tmp_path, '{"rules": [\n}', "mine.json") == (
        "mine.json: the file is not JSON: Expecting value: line 2 column 1 (char 12). "
        "Needed: valid JSON. Do: correct that line."
    )


def test_json_that_is_a_list(tmp_path: Path) -> None:
    assert message(tmp_path, "[]", "mine.json") == (
        "mine.json: the file holds a list. Needed: an object with rules. Do: correct the file."
    )


@pytest.mark.parametrize(
    ("scheme", "start"),
    [
        ('"he_norml"', "rules[0].scheme: "),
        ('{name = "normal", sdt = 1.0}', "rules[0].scheme: "),
        ('{name = "normal", std = nan}', "rules[0].scheme: "),
    ],
)
def test_bad_schemes_are_named(tmp_path: Path, scheme: str, start: str) -> None:
    text = message(tmp_path, RULE.replace('"zeros"', scheme))
    assert text.startswith(f"mine.toml: {start}")


def test_unknown_base(tmp_path: Path) -> None:
    file = write(tmp_path, 'base = "hee"')
    with pytest.raises(errors.UnknownNameError, match="did you mean he"):
        recipes.load(file)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_unreadable_file(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "mine.toml"
    _ = content is not None and file.write_bytes(content)
    with pytest.raises(errors.FileError) as caught:
        recipes.load(file)
    assert str(caught.value).startswith(f"{file}: the file cannot be read: ")
    assert str(caught.value).endswith("Needed: a .toml or .json file of rules. Do: check the path.")


def test_missing_file_message(tmp_path: Path) -> None:
    file: Any = tmp_path / "none.toml"
    with pytest.raises(errors.FileError) as caught:
        recipes.load(file)
    assert str(caught.value) == (
        f"{file}: the file cannot be read: No such file or directory. "
        "Needed: a .toml or .json file of rules. Do: check the path."
    )
