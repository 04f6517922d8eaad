"""The rules file that the documentation shows can be used as it is."""

import re
from pathlib import Path

from isometry import plans, recipes
from tests.recipes.reference import EVERYTHING

PAGE = Path(__file__).parents[2] / "docs" / "recipes.md"


def test_the_file_of_the_documentation(tmp_path: Path) -> None:
    block = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    file = tmp_path / "mine.toml"
    file.write_text(block.group(1), encoding="utf-8")
    plan = plans.decide(EVERYTHING, recipes.load(file, EVERYTHING))
    assert plan["h.0.mlp.c_proj.weight"].reason == "Residual outputs start small."
    assert plan["wte.weight"].scheme is None
    assert plan["prelu.weight"].source == "mine[2] slope of prelu parameter"


def test_every_recipe_is_in_the_table() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted((recipes.NATIVE, *recipes.names()))
