import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.rules import tree

LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(LINT), "--no-logo", "--no-cache", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def house(folder: Path, *, module: str, text: str) -> Path:
    """A small package under the contracts of this project, with one module of our choice."""
    package = folder / "isometry"
    package.mkdir()
    for name in ("__init__", "errors", "rng", "theory", "plans"):
        (package / f"{name}.py").write_text("")
    (package / f"{module}.py").write_text(text)
    (folder / "pyproject.toml").write_bytes((tree.ROOT / "pyproject.toml").read_bytes())
    return folder


@pytest.mark.parametrize("contract", ["layers", "frameworks"])
def test_imports_point_down(contract: str) -> None:
    ran = lint(tree.ROOT, "--contract", contract)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(
    ("module", "text", "contract"),
    [
        ("rng", "from isometry import plans", "layers"),
        ("rng", "from isometry import theory", "layers"),
        ("unlisted", "", "layers"),
        ("plans", "import torch", "frameworks"),
        ("theory", "from jax import numpy", "frameworks"),
    ],
)
def test_a_wrong_import_is_found(tmp_path: Path, module: str, text: str, contract: str) -> None:
    ran = lint(house(tmp_path, module=module, text=text), "--contract", contract)
    assert (ran.returncode, "BROKEN" in ran.stdout) == (1, True)


@pytest.mark.parametrize("contract", ["layers", "frameworks"])
def test_a_right_import_passes(tmp_path: Path, contract: str) -> None:
    folder = house(tmp_path, module="plans", text="from isometry import rng, theory")
    assert lint(folder, "--contract", contract).returncode == 0


def test_the_picture_in_the_docs_is_the_contract() -> None:
    pyproject = tomllib.loads((tree.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = pyproject["tool"]["importlinter"]["contracts"][0]["layers"]
    picture = (tree.ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = picture.split(":name: layers\n\n")[1].split("```")[0].splitlines()
    assert [_names(line.split("  ", 1)[1]) for line in drawn] == [_names(row) for row in layers]


def _names(row: str) -> list[str]:
    return [name.strip(" ()") for name in row.split("|")]
